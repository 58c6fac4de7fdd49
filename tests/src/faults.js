// What every page owes its readers on a phone. Answers a list of what is not so.
(() => {
    const faults = [];
    const shown = each => each.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
    const told = each => each.outerHTML.slice(0, 120);
    const root = document.documentElement;
    if (!root.lang) faults.push("the page does not say its language");
    if (!document.title) faults.push("the page has no title");
    if (root.scrollWidth > screen.width) faults.push(`the page is ${root.scrollWidth} wide on a screen of ${screen.width}`);
    for (const each of document.querySelectorAll("button, a, input, select, textarea")) {
        if (!shown(each)) continue;
        const labels = [...(each.labels || [])].map(label => label.textContent).join(" ");
        const name = each.getAttribute("aria-label") || each.innerText || labels || each.title;
        if (!name || !name.trim()) faults.push(`nobody can say what this is: ${told(each)}`);
        // A finger that misses the box hits the label around it.
        const target = ["checkbox", "radio"].includes(each.type) ? each.closest("label") ?? each : each;
        const box = target.getBoundingClientRect();
        if (each.className === "skip") continue; // It is seen only by who has no finger on the screen.
        const inText = each.tagName === "A" && getComputedStyle(each).display === "inline";
        if (!inText && Math.min(box.width, box.height) < 47.5) {
            faults.push(`${Math.round(box.width)} x ${Math.round(box.height)} is too small for a glove: ${told(each)}`);
        }
    }
    for (const each of document.querySelectorAll("img")) {
        if (!each.hasAttribute("alt")) faults.push(`a picture without words: ${told(each)}`);
    }
    const ids = [...document.querySelectorAll("[id]")].map(each => each.id);
    const twice = ids.filter((id, n) => ids.indexOf(id) !== n);
    if (twice.length) faults.push(`ids that are there twice: ${twice}`);
    if (document.querySelectorAll("h1").length !== 1) faults.push("the page has not one heading of the first level");
    // Pages that stand apart from the API say where it is.
    const api = document.querySelector("meta[name=takt-api]")?.content ?? location.origin;
    for (const each of performance.getEntriesByType("resource")) {
        if (![location.origin, api].includes(new URL(each.name).origin)) faults.push(`somebody else is asked: ${each.name}`);
    }
    return faults;
})()
