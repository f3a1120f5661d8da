// What the console's pages do beyond HTML; each works without it.
"use strict";

// Asks before a button does what is hard to undo.
document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-confirm]");
    if (button && !window.confirm(button.dataset.confirm)) event.preventDefault();
});

// Goes back to the form that was refused, with what was written in it.
document.addEventListener("click", (event) => {
    if (event.target.closest("[data-back]") && window.history.length > 1) {
        event.preventDefault();
        window.history.back();
    }
});

// The list of a domain's accounts follows the choice.
document.querySelector(".filter select")?.addEventListener("change", (event) => event.target.form.submit());

// Keeps the figures of the overview fresh while somebody looks at them.
const live = document.querySelector("[data-live]");
if (live) {
    window.setInterval(async () => {
        if (document.hidden || live.contains(document.activeElement) || live.querySelector("details[open]")) return;
        try {
            const answer = await fetch(live.dataset.live, { credentials: "same-origin", redirect: "error" });
            if (!answer.ok) return;
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const fresh = page.querySelector("[data-live]");
            if (fresh) live.replaceChildren(...fresh.childNodes);
        } catch {
            // The daemon is away for a moment; the figures stay as they are.
        }
    }, 10000);
}
