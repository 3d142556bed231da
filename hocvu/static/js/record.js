// A voice is recorded, heard, recorded again, trimmed by numbers, and sent as the file of the form below. Without this
// file, without a microphone or where it is refused, the form takes a recording made elsewhere.
"use strict";

const form = document.querySelector("form[data-record]");
if (form) recorder(form);

function recorder(form) {
  const longest = Number(form.dataset.record);
  const part = (name) => form.querySelector(`[data-${name}]`);
  const box = part("recorder");
  const file = form.elements.upload;
  const kinds = [
    ["audio/webm;codecs=opus", "webm"],
    ["audio/ogg;codecs=opus", "ogg"],
    ["audio/mp4", "m4a"],
    ["audio/webm", "webm"],
  ];
  const kind = window.MediaRecorder && kinds.find(([type]) => MediaRecorder.isTypeSupported(type));
  box.hidden = false;
  if (!kind || !navigator.mediaDevices?.getUserMedia || !window.DataTransfer) {
    part("ask").hidden = true;
    part("start").hidden = true;
    say("Trình duyệt này không thu âm được. Hãy ghi âm bằng điện thoại rồi chọn tệp ở bên dưới.");
    return;
  }

  let machine = null;
  let stream = null;
  let pieces = [];
  let begun = 0;
  let watch = 0;
  let sound = null;

  part("start").addEventListener("click", start);
  part("redo").addEventListener("click", start);
  part("stop").addEventListener("click", stop);

  async function start() {
    forget();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true } });
    } catch (error) {
      say(whyNot(error));
      file.focus();
      return;
    }
    pieces = [];
    machine = new MediaRecorder(stream, { mimeType: kind[0], audioBitsPerSecond: 64000 });
    machine.addEventListener("dataavailable", (event) => event.data.size && pieces.push(event.data));
    machine.addEventListener("stop", keep);
    machine.start(1000);
    begun = performance.now();
    show({ start: false, redo: false, stop: true, level: true });
    say("Đang thu. Đọc xong thì bấm Dừng.");
    part("stop").focus();
    listen();
  }

  function whyNot(error) {
    if (error.name === "NotAllowedError") {
      return "Máy chưa được phép dùng micrô. Hãy cho phép micrô trong cài đặt của trình duyệt rồi bấm lại, hoặc chọn tệp đã ghi âm sẵn ở bên dưới.";
    }
    if (error.name === "NotFoundError") return "Máy này không có micrô. Hãy ghi âm bằng điện thoại rồi chọn tệp ở bên dưới.";
    return "Không mở được micrô, có thể chương trình khác đang dùng. Hãy đóng chương trình đó rồi bấm lại, hoặc chọn tệp ở bên dưới.";
  }

  // How loud it is, in a bar and in words: the words are for whoever does not see the bar's colour.
  function listen() {
    sound = new AudioContext();
    const ear = sound.createAnalyser();
    ear.fftSize = 1024;
    sound.createMediaStreamSource(stream).connect(ear);
    const waves = new Float32Array(ear.fftSize);
    let peak = 0;
    watch = setInterval(() => {
      ear.getFloatTimeDomainData(waves);
      let loudest = 0;
      for (const wave of waves) loudest = Math.max(loudest, Math.abs(wave));
      peak = Math.max(loudest, peak * 0.85);
      const shown = Math.round(Math.min(1, Math.sqrt(peak)) * 100);
      form.querySelector("meter").value = shown;
      const words = shown < 8 ? "không có tiếng" : shown < 25 ? "nhỏ quá, hãy lại gần" : shown > 97 ? "to quá, hãy lùi ra" : "nghe rõ";
      if (part("level-words").textContent !== words) part("level-words").textContent = words;
      const seconds = (performance.now() - begun) / 1000;
      part("time").textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
      if (seconds >= longest) {
        stop();
        say(`Đã đủ ${Math.round(longest / 60)} phút nên máy tự dừng.`);
      }
    }, 120);
  }

  function stop() {
    if (machine?.state === "recording") machine.stop();
    clearInterval(watch);
    sound?.close();
    sound = null;
    for (const track of stream?.getTracks() ?? []) track.stop();
  }

  function keep() {
    const made = new File(pieces, `thu-am.${kind[1]}`, { type: kind[0].split(";")[0] });
    const held = new DataTransfer();
    held.items.add(made);
    file.files = held.files;
    form.elements.recorded.value = "on";
    const heard = part("heard");
    heard.src = URL.createObjectURL(made);
    heard.hidden = false;
    show({ stop: false, level: false, redo: true, trim: true });
    say("Đã thu xong. Hãy nghe lại; chưa ưng thì bấm Thu lại, được rồi thì bấm Lưu giọng đọc.");
    heard.focus();
  }

  function forget() {
    stop();
    const heard = part("heard");
    if (heard.src) URL.revokeObjectURL(heard.src);
    heard.removeAttribute("src");
    heard.hidden = true;
    part("trim").hidden = true;
    file.value = "";
    form.elements.recorded.value = "";
    form.elements.start.value = form.elements.end.value = "";
  }

  // A file chosen by hand takes the place of what was recorded, and may be heard and trimmed too.
  file.addEventListener("change", () => {
    form.elements.recorded.value = "";
    const chosen = file.files[0];
    if (!chosen) return;
    part("heard").src = URL.createObjectURL(chosen);
    part("heard").hidden = false;
    part("trim").hidden = false;
  });

  const number = (field) => Number(field.value.replace(",", ".")) || 0;
  const write = (field, seconds) => (field.value = String(Math.max(0, Math.round(seconds * 10) / 10)).replace(".", ","));
  const here = () => part("heard").currentTime;
  part("from-here").addEventListener("click", () => {
    write(form.elements.start, here());
    say(`Giữ từ giây ${form.elements.start.value}.`);
  });
  part("to-here").addEventListener("click", () => {
    write(form.elements.end, here());
    say(`Giữ đến giây ${form.elements.end.value}.`);
  });
  part("hear-cut").addEventListener("click", () => {
    const heard = part("heard");
    const end = number(form.elements.end);
    heard.currentTime = number(form.elements.start);
    heard.play();
    heard.ontimeupdate = () => {
      if (end && heard.currentTime >= end) {
        heard.pause();
        heard.ontimeupdate = null;
      }
    };
  });
  for (const field of [form.elements.start, form.elements.end]) {
    field.addEventListener("keydown", (event) => {
      const step = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key];
      if (!step) return;
      event.preventDefault();
      write(field, number(field) + step);
    });
  }

  // What was recorded would be lost with the page, so what is missing is said before it is sent.
  form.addEventListener(
    "submit",
    (event) => {
      let words = "";
      let where = null;
      if (machine?.state === "recording") [words, where] = ["Đang thu. Hãy bấm Dừng trước khi lưu.", part("stop")];
      else if (!file.files.length) [words, where] = ["Chưa có bản thu. Hãy bấm Bắt đầu thu, hoặc chọn tệp.", part("start")];
      else if (file.files[0].size > Number(file.dataset.largest)) [words, where] = ["Tệp lớn quá 60 MB. Hãy chọn tệp ngắn hơn.", file];
      else if (!form.elements.said_by.value.trim()) [words, where] = ["Hãy ghi tên người đọc.", form.elements.said_by];
      else if (!form.elements.consents.checked) [words, where] = ["Hãy đánh dấu ô người đọc đã đồng ý.", form.elements.consents];
      if (!words) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      say(words);
      where.focus();
    },
    true,
  );

  function show(parts) {
    for (const [name, isShown] of Object.entries(parts)) part(name).hidden = !isShown;
  }

  function say(words) {
    part("say").textContent = words;
  }
}
