// A file is weighed before it is sent, and a picture shows the frame that it will be cut by.
"use strict";

for (const input of document.querySelectorAll("input[type=file][data-largest]")) {
  const line = document.createElement("p");
  line.setAttribute("role", "alert");
  line.className = "hv-error-text";
  input.closest(".hv-field").append(line);
  const tooLarge = () => {
    const file = input.files[0];
    const most = Number(input.dataset.largest);
    const isLarge = Boolean(file && file.size > most);
    line.textContent = isLarge
      ? `Tệp nặng ${Math.ceil(file.size / 1048576)} MB, nhiều nhất ${Math.floor(most / 1048576) || 1} MB. Hãy chọn tệp nhỏ hơn; tệp này chưa gửi đi.`
      : "";
    return isLarge;
  };
  input.addEventListener("change", tooLarge);
  tooLarge();
  input.form.addEventListener(
    "submit",
    (event) => {
      if (!tooLarge()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      input.focus();
    },
    true,
  );
}

const box = document.querySelector("[data-crop]");
if (box) cropper(box);

function cropper(box) {
  const form = box.closest("form");
  const file = form.querySelector("input[type=file]");
  const picture = box.querySelector("[data-crop-picture]");
  const over = box.querySelector("[data-crop-over]");
  const frame = box.querySelector("[data-crop-frame]");
  const shade = box.querySelector("[data-crop-shade]");
  const say = box.querySelector("[data-crop-say]");
  const numbers = Object.fromEntries(["left", "top", "width", "height"].map((name) => [name, form.elements[name]]));
  let cut = { left: 0, top: 0, width: 100, height: 100 };

  // The picture stands between the choice of shapes and the numbers.
  const shapes = form.querySelector("input[name=shape]").closest("fieldset");
  shapes.after(box);

  const shape = () => form.querySelector("input[name=shape]:checked")?.value ?? "";
  const round = (value) => Math.round(value * 10) / 10;
  const within = (value, least, most) => Math.min(most, Math.max(least, value));

  function keep(next, words = true) {
    const width = within(next.width, 5, 100);
    const height = within(next.height, 5, 100);
    cut = { width, height, left: within(next.left, 0, 100 - width), top: within(next.top, 0, 100 - height) };
    for (const [name, field] of Object.entries(numbers)) field.value = String(round(cut[name])).replace(".", ",");
    draw();
    if (words) say.textContent = `Giữ ${Math.round(cut.width)}% bề ngang, ${Math.round(cut.height)}% bề cao.`;
  }

  function draw() {
    const { left, top, width, height } = cut;
    for (const [name, value] of Object.entries({ x: left, y: top, width, height })) frame.setAttribute(name, value);
    shade.setAttribute("d", `M0 0H100V100H0ZM${left} ${top}h${width}v${height}h${-width}Z`);
  }

  function own() {
    const choice = form.querySelector("input[name=shape][value=own]");
    if (!choice.checked) choice.checked = true;
  }

  function follow() {
    const ratios = { square: 1, wide: 4 / 3, tall: 3 / 4 };
    const wanted = ratios[shape()];
    if (shape() === "own") return keep(cut, false);
    if (!wanted || !picture.naturalWidth) {
      cut = { left: 0, top: 0, width: 100, height: 100 };
    } else {
      const part = (wanted * picture.naturalHeight) / picture.naturalWidth;
      const width = part < 1 ? part * 100 : 100;
      const height = part < 1 ? 100 : 100 / part;
      cut = { left: (100 - width) / 2, top: (100 - height) / 2, width, height };
    }
    draw();
  }

  function show() {
    const chosen = file.files[0];
    box.hidden = true;
    if (!chosen || !/^image\/(jpeg|png|webp)$/.test(chosen.type)) return;
    const reader = new FileReader();
    reader.onload = () => {
      picture.onload = () => {
        box.hidden = false;
        follow();
      };
      picture.src = reader.result;
    };
    reader.readAsDataURL(chosen);
  }
  file.addEventListener("change", show);
  show(); // on a slow line somebody chooses before this script has come
  form.addEventListener("change", (event) => {
    if (event.target.name === "shape") follow();
    if (event.target.name in numbers) {
      const typed = Object.fromEntries(
        Object.entries(numbers).map(([name, field]) => [name, Number(field.value.replace(",", ".")) || 0]),
      );
      own();
      cut = typed;
      draw();
    }
  });

  over.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    own();
    const [across, down] = step;
    keep(
      event.shiftKey
        ? { ...cut, width: cut.width + across, height: cut.height + down }
        : { ...cut, left: cut.left + across, top: cut.top + down },
    );
  });

  // Near a corner the frame changes its size, inside it moves.
  let held = null;
  const at = (event) => {
    const place = over.getBoundingClientRect();
    return [((event.clientX - place.left) / place.width) * 100, ((event.clientY - place.top) / place.height) * 100];
  };
  over.addEventListener("pointerdown", (event) => {
    const [x, y] = at(event);
    const nearX = Math.abs(x - cut.left) < 8 ? "left" : Math.abs(x - cut.left - cut.width) < 8 ? "right" : "";
    const nearY = Math.abs(y - cut.top) < 8 ? "top" : Math.abs(y - cut.top - cut.height) < 8 ? "bottom" : "";
    held = { x, y, cut: { ...cut }, nearX, nearY };
    over.setPointerCapture(event.pointerId);
    own();
  });
  over.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = at(event);
    const [across, down] = [x - held.x, y - held.y];
    const next = { ...held.cut };
    if (!held.nearX && !held.nearY) {
      next.left += across;
      next.top += down;
    }
    if (held.nearX === "right") next.width += across;
    if (held.nearY === "bottom") next.height += down;
    if (held.nearX === "left") [next.left, next.width] = [next.left + across, next.width - across];
    if (held.nearY === "top") [next.top, next.height] = [next.top + down, next.height - down];
    keep(next, false);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    over.addEventListener(name, () => {
      if (held) keep(cut);
      held = null;
    });
  }
}
