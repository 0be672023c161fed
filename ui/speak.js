// Read before Streamlit's own program. WORDS stands above: by language, English to ours.

// Where the server is: right here, at the root of this address. Not told, Streamlit asks below the address of the screen first, waits,
// asks at the root and opens its connection only then (docs/decisions/0071). Nobody may frame a screen, so only we are listened to.
window.__streamlit = {
  BACKEND_BASE_URL: `${location.origin}/`,
  HOST_CONFIG: { allowedOrigins: [location.origin], useExternalAuthToken: false },
};

// Writes the reader's words over Streamlit's English as it appears.
(() => {
  const root = document.documentElement; // its lang is the reader's language
  const ATTRIBUTES = ["aria-label", "title", "placeholder"];
  const NOTES = '[role="dialog"], [role="tooltip"], [role="alert"], [data-testid="stTooltipContent"], [data-testid="stFileUploader"], [data-testid="stHeader"]';
  const LONGEST = 200; // no phrase is longer

  // The server's page begins in the house's language; this browser's last reader is the better guess until the screen says.
  // A cookie, which Streamlit reads anyway: the browser's other store is fetched from disk while the page waits.
  const KEPT = /(?:^|; )cn-lang=([a-z]{2})(?:;|$)/;
  root.lang = document.cookie.match(KEPT)?.[1] ?? root.lang;
  let spoken = root.lang;

  // Calendars and numbers follow the browser's language; a screen has one language only.
  Object.defineProperty(navigator, "language", { get: () => root.lang, configurable: true });
  Object.defineProperty(navigator, "languages", { get: () => [root.lang], configurable: true });

  const withBlanks = (words) => Object.entries(words).filter(([english]) => english.includes("{")).map(([english, ours]) => {
    const literal = english.replace(/[.*+?^$()|[\]\\/]/g, "\\$&");
    const pattern = new RegExp("^" + literal.replace(/\{(\w+)\}/g, "(?<$1>.+)") + "$");
    return { begins: english.slice(0, english.indexOf("{")), ends: english.slice(english.lastIndexOf("}") + 1), pattern, ours };
  });
  const made = {}; // by language, for those that are read

  const said = (english) => {
    const words = WORDS[root.lang];
    if (!words || english.length > LONGEST) return english;
    if (Object.hasOwn(words, english)) return words[english];
    for (const { begins, ends, pattern, ours } of (made[root.lang] ??= withBlanks(words))) {
      const found = english.startsWith(begins) && english.endsWith(ends) && english.match(pattern); // the last costs most
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

  const APART = "svg, .stHtml";
  const text = (node) => over(node, "", node.data, (ours) => { node.data = ours; });
  const walk = (element) => {
    for (const name of ATTRIBUTES) {
      if (element.hasAttribute(name)) over(element, name, element.getAttribute(name), (ours) => element.setAttribute(name, ours));
    }
    let isTheirs; // asked once for an element, and only where it has words
    for (const child of element.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        isTheirs ??= isOfPeople(element);
        if (!isTheirs) text(child);
      } else if (child.nodeType === Node.ELEMENT_NODE && !child.matches(APART)) walk(child);
    }
  };
  const speak = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (!isOfPeople(node.parentElement)) text(node);
    } else if (node.nodeType === Node.ELEMENT_NODE && !node.closest(APART)) walk(node);
  };

  new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === "childList") record.addedNodes.forEach(speak);
      else if (record.type === "characterData" || record.target !== root) speak(record.target);
      else if (root.lang !== spoken) {
        spoken = root.lang;
        document.cookie = `cn-lang=${spoken}; path=/; max-age=31536000; samesite=lax`;
        speak(root);
      }
    }
  }).observe(root, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: [...ATTRIBUTES, "lang"],
  });
})();
