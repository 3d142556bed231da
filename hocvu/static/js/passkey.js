// Passkeys: the one thing of the house that cannot work without a script. Where there is none, their forms stay hidden.
"use strict";

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// The browser's API speaks bytes where JSON speaks base64url.
function fromJson(options) {
  const wanted = { ...options, challenge: bytesOf(options.challenge) };
  if (wanted.user) wanted.user = { ...wanted.user, id: bytesOf(wanted.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (wanted[list]) wanted[list] = wanted[list].map((one) => ({ ...one, id: bytesOf(one.id) }));
  }
  return wanted;
}

function toJson(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = textOf(credential.response[part]);
  }
  return { id: credential.id, rawId: textOf(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

async function answer(form) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  const asked = await fetch(form.dataset.options, { method: "POST", body });
  if (!asked.ok) throw new Error("no options");
  const { publicKey } = await asked.json();
  const wanted = { publicKey: fromJson(publicKey) };
  const keys = navigator.credentials;
  return toJson(await (form.dataset.passkey === "add" ? keys.create(wanted) : keys.get(wanted)));
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const says = form.querySelector("[data-says]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      says.textContent = "";
      try {
        form.elements.credential.value = JSON.stringify(await answer(form));
        form.submit();
      } catch (fault) {
        says.textContent = fault.name === "SecurityError" ? says.dataset.address : says.dataset.failed;
      }
    });
  }
  for (const words of document.querySelectorAll("[data-no-passkey]")) words.hidden = true;
}
