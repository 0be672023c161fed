// Writes the reader's words over Streamlit's English as it appears. WORDS stands above: by language, English to ours.
(() => {
  const root = document.documentElement; // its lang is the reader's language
  const ATTRIBUTES = ["aria-label", "title", "placeholder"];
  const NOTES = '[role="dialog"], [role="tooltip"], [role="alert"], [data-testid="stTooltipContent"], [data-testid="stFileUploader"], [data-testid="stHeader"]';
  const LONGEST = 200; // no phrase is longer

  // The server's page begins in the house's language; this browser's last reader is the better guess until the screen says.
  const KEPT = "cn-lang";
  const kept = (write) => {
    try {
      return write ? localStorage.setItem(KEPT, write) : localStorage.getItem(KEPT);
    } catch {
      return null; // a browser may forbid to keep anything
    }
  };
  root.lang = kept() || root.lang;

  // Calendars and numbers follow the browser's language; a screen has one language only.
  Object.defineProperty(navigator, "language", { get: () => root.lang, configurable: true });
  Object.defineProperty(navigator, "languages", { get: () => [root.lang], configurable: true });

  const withBlanks = {};
  for (const [language, words] of Object.entries(WORDS)) {
    withBlanks[language] = Object.entries(words).filter(([english]) => english.includes("{")).map(([english, ours]) => {
      const literal = english.replace(/[.*+?^$()|[\]\\/]/g, "\\$&");
      return [new RegExp("^" + literal.replace(/\{(\w+)\}/g, "(?<$1>.+)") + "$"), ours];
    });
  }

  const said = (english) => {
    const words = WORDS[root.lang];
    if (!words || english.length > LONGEST) return english;
    if (Object.hasOwn(words, english)) return words[english];
    for (const [pattern, ours] of withBlanks[root.lang]) {
      const found = english.match(pattern);
      if (found) return ours.replace(/\{(\w+)\}/g, (_, name) => found.groups[name]);
    }
    return english;
  };

  // What was written over, so that another language can be written over it in turn.
  const written = new WeakMap();
  const over = (node, name, now, write) => {
    const before = written.get(node)?.[name];
    const english = before && before.ours === now ? before.english : now;
    const ours = said(english);
    if (ours === now) return;
    written.set(node, { ...written.get(node), [name]: { english, ours } });
    write(ours);
  };

  // Words of people stand in our own parts and in Streamlit's markdown; only its notes hold words of its own there.
  const isOfPeople = (element) =>
    !element || element.closest("script, style, svg, textarea, .stHtml")
    || (element.closest('[data-testid="stMarkdownContainer"]') && !element.closest(NOTES));

  const speak = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (!isOfPeople(node.parentElement)) over(node, "", node.data, (ours) => { node.data = ours; });
    } else if (node.nodeType === Node.ELEMENT_NODE && !node.closest("svg, .stHtml")) {
      for (const name of ATTRIBUTES) {
        if (node.hasAttribute(name)) over(node, name, node.getAttribute(name), (ours) => node.setAttribute(name, ours));
      }
      node.childNodes.forEach(speak);
    }
  };

  new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === "childList") record.addedNodes.forEach(speak);
      else if (record.type === "characterData" || record.target !== root) speak(record.target);
      else {
        kept(root.lang);
        speak(root);
      }
    }
  }).observe(root, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: [...ATTRIBUTES, "lang"],
  });
})();
