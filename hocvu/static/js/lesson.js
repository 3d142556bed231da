// A lesson's comforts: right and wrong told in place, the part read aloud. Each page works without this file.
"use strict";

// ---- Check questions and practice: what the page already knows is told at once.
const say = (form, ...lines) => {
  const region = form.querySelector("[role=status]");
  region.replaceChildren(
    ...lines.filter(Boolean).map((line, number) => {
      const p = document.createElement("p");
      if (!number) p.className = "hv-strong";
      p.textContent = line;
      return p;
    }),
  );
};

const icon = (name) => {
  const old = document.querySelector(".hv-head use, .hv-icon use");
  const svg = old.closest("svg").cloneNode(true);
  svg.setAttribute("class", "hv-icon hv-icon--s");
  svg.firstElementChild.setAttribute("href", old.getAttribute("href").replace(/#.*/, `#i-${name}`));
  return svg;
};

const tellCheck = (form) => {
  const told = [...form.querySelectorAll("[data-choice]")];
  const inputs = [...form.querySelectorAll("[name=chon]")];
  let right = true;
  const reasons = [];
  for (const input of inputs) {
    const answer = told[input.value], isRight = "right" in answer.dataset, label = input.closest("label");
    label.classList.remove("hv-choice--right", "hv-choice--wrong");
    label.querySelector(".hv-choice__mark")?.remove();
    if (input.checked !== isRight) right = false;
    if (!input.checked) continue;
    const mark = document.createElement("span");
    mark.className = "hv-choice__mark";
    mark.append(icon(isRight ? "check" : "alert"), isRight ? "Đúng" : "Chưa đúng");
    label.classList.add(isRight ? "hv-choice--right" : "hv-choice--wrong");
    label.append(mark);
    reasons.push(answer.textContent.trim());
  }
  if (!inputs.some((input) => input.checked)) return say(form, "Chưa chọn câu nào. Hãy chọn một câu rồi bấm “Kiểm tra”.");
  const many = inputs[0].type === "checkbox";
  const wrong = many ? "Chưa đủ hoặc có câu chưa đúng. Thử lại nhé." : "Chưa đúng. Thử lại nhé.";
  say(form, right ? "Đúng rồi." : wrong, ...reasons);
};

const tellPractice = (form) => {
  const all = form.querySelectorAll("[name=tich]").length, done = form.querySelectorAll("[name=tich]:checked").length;
  say(form, `Đã làm được ${done} trong ${all} việc. ${done === all ? "Đủ cả rồi." : "Việc còn lại cứ từ từ."}`);
};

const tell = (form) => {
  if (form.matches("[data-check]")) tellCheck(form);
  else if (form.matches("[data-practice]")) tellPractice(form);
};
document.addEventListener("hv:kept", (event) => tell(event.target));
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-check], [data-practice]")) return;
  tell(form);
  const nothing = form.matches("[data-check]") && !form.querySelector("[name=chon]:checked");
  if (form.method === "get" || nothing) event.preventDefault();
});

// ---- Listening
const text = document.querySelector("[data-read]");
const place = document.querySelector(".hv-lesson .hv-progress");
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

const button = (words, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "hv-button hv-button--second";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
};

const voices = text ? [...text.querySelectorAll("audio[data-voice]")] : [];
if (place && voices.length > 1) {
  // Recorded voices one after the other; each has its own control too.
  const all = button("Nghe cả phần", () => {
    const playing = voices.find((one) => !one.paused);
    if (playing) return playing.pause();
    (voices.find((one) => one.currentTime && !one.ended) || voices[0]).play();
  });
  voices.forEach((one, number) => {
    one.addEventListener("play", () => {
      voices.forEach((other) => other !== one && other.pause());
      all.textContent = "Tạm dừng";
    });
    one.addEventListener("pause", () => (all.textContent = "Nghe cả phần"));
    one.addEventListener("ended", () => voices[number + 1]?.play());
  });
  place.append(all);
}

// Sentences of what can be seen, in order, each as a range of the page: nothing of the page is changed.
const LEAVES = "p, h2, h3, h4, h5, li, legend, label > span:not([class]), caption, th, td, figcaption, summary, dfn";
const OUT = "[hidden], .hv-hidden, details:not([open]) > :not(summary), .hv-listen, [role=status], .hv-row";
const sentences = () => {
  const found = [];
  for (const leaf of text.querySelectorAll(LEAVES)) {
    if (leaf.closest(OUT) || leaf.querySelector("p, h2, h3, h4, h5, li")) continue;
    const nodes = [], walker = document.createTreeWalker(leaf, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) nodes.push(walker.currentNode);
    const whole = nodes.map((node) => node.data).join("");
    const at = (offset) => {
      for (const node of nodes) {
        if (offset <= node.length) return [node, offset];
        offset -= node.length;
      }
      return [nodes.at(-1), nodes.at(-1).length];
    };
    for (const match of whole.matchAll(/[^.!?…]+(?:[.!?…](?!\s|$)[^.!?…]*)*[.!?…]*[”"’)]*/gu)) {
      if (!/[\p{L}\p{N}]/u.test(match[0])) continue;
      const range = document.createRange();
      range.setStart(...at(match.index));
      range.setEnd(...at(match.index + match[0].length));
      found.push({ leaf, range, words: match[0].trim() });
    }
  }
  return found;
};

const speech = window.speechSynthesis;
const mine = () => {
  const all = speech.getVoices().filter((voice) => /^vi\b/i.test(voice.lang.replace("_", "-")));
  return all.find((voice) => voice.localService) || all[0];
};

const offer = () => {
  if (!place || voices.length || place.querySelector(".hv-speak") || !mine()) return;
  let list = [], next = 0, turn = 0;
  const box = document.createElement("div");
  box.className = "hv-speak";
  const show = (one) => {
    document.querySelector(".hv-said-now")?.classList.remove("hv-said-now");
    window.CSS?.highlights?.delete("hv-said");
    if (!one) return;
    if (window.CSS?.highlights) CSS.highlights.set("hv-said", new Highlight(one.range));
    else one.leaf.classList.add("hv-said-now");
    one.leaf.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
  };
  const buttons = (...shown) => {
    box.classList.toggle("hv-speak--on", shown.length > 1); // stays in sight while the page moves on
    box.replaceChildren(...shown);
  };
  const speak = () => {
    const mark = ++turn, one = list[next];
    if (!one) return stop();
    const said = new SpeechSynthesisUtterance(one.words);
    Object.assign(said, { lang: "vi-VN", voice: mine(), rate: 0.9 });
    said.onend = said.onerror = () => {
      if (mark !== turn) return; // paused or stopped meanwhile
      next += 1;
      speak();
    };
    show(one);
    speech.speak(said);
  };
  const hush = () => {
    turn += 1; // some phones cannot pause: stop, and begin the sentence again
    speech.cancel();
  };
  const go = () => {
    buttons(pause, end);
    pause.focus();
    speak();
  };
  const stop = () => {
    const had = box.contains(document.activeElement);
    hush();
    show(null);
    buttons(start);
    if (had) start.focus();
  };
  const start = button("Nghe", () => {
    [list, next] = [sentences(), 0];
    go();
  });
  const pause = button("Tạm dừng", () => {
    hush();
    buttons(again, end);
    again.focus();
  });
  const again = button("Nghe tiếp", go);
  const end = button("Thôi nghe", stop);
  buttons(start);
  place.append(box);
  window.addEventListener("pagehide", hush);
};
if (speech && text) {
  offer();
  speech.addEventListener?.("voiceschanged", offer);
}
