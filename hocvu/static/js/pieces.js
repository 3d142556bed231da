// Photos that lie in the outbox, sent in pieces after all words; used by field pages and by the service worker. The server
// says how much it has, so that a line that breaks costs one piece. See hocvu/outreach/photos.py.
"use strict";

(() => {
  const outbox = self.hvOutbox;
  if (!outbox) return;
  const PIECE = 48 * 1024;

  // `content` is { path, file, digest, after }: where to, the JPEG in base64, its SHA-256, and the visit it belongs to.
  outbox.kinds.file = async (content, headers) => {
    const bytes = outbox.bytesOf(content.file);
    let at = 0;
    for (let turns = 2 * Math.ceil(bytes.length / PIECE) + 2; ; turns--) {
      const about = { "Content-Type": "application/octet-stream", "X-Photo-Visit": content.after, "X-Photo-Size": bytes.length, "X-Photo-Offset": at };
      const answer = await outbox.ask(content.path, { method: "POST", body: bytes.slice(at, at + PIECE), headers: { ...headers, ...about } });
      const told = await answer.clone().json().catch(() => ({}));
      const goesOn = answer.ok && told.id === headers["X-Outbox-Id"] && told.digest === content.digest && !told.result;
      if (!goesOn || !Number.isInteger(told.received) || told.received > bytes.length || !turns) return answer;
      at = told.received;
    }
  };
})();
