// Single keys that do something unless somebody is typing; "?" shows them all.

/** keys: an object of a key and what it does. */
export function bindKeys(keys) {
  const all = { "?": () => document.querySelector("#keys")?.showModal(), ...keys };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    const act = all[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
