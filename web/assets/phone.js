/* Small comforts: copy, share, print, read aloud, count down, filter. Every page works without this file.
   Words come from the page (data-…), so that they are in its language. */
(function (d) {
  'use strict';
  d.documentElement.classList.add('js');
  var voice = window.speechSynthesis;

  function all(selector, within) { return [].slice.call((within || d).querySelectorAll(selector)); }
  function text(id) { var node = d.getElementById(id); return node ? node.innerText.trim() : ''; }

  function say(button, words, milliseconds) {
    var label = button.querySelector('span');
    if (!button.was) button.was = label.textContent;
    label.textContent = words || button.was;
    clearTimeout(button.timer);
    if (milliseconds) button.timer = setTimeout(function () { label.textContent = button.was; }, milliseconds);
  }

  /* Without the clipboard (plain http, old phones) the text is left selected: one touch on Copy remains. */
  function copyOldWay(button) {
    var range = d.createRange(), chosen = getSelection(), done = false;
    range.selectNodeContents(d.getElementById(button.dataset.copy));
    chosen.removeAllRanges();
    chosen.addRange(range);
    try { done = d.execCommand('copy'); } catch (error) { done = false; }
    say(button, done ? button.dataset.said : button.dataset.chosen, 4000);
  }

  function copy(button) {
    if (!navigator.clipboard) return copyOldWay(button);
    navigator.clipboard.writeText(text(button.dataset.copy)).then(
      function () { say(button, button.dataset.said, 2500); },
      function () { copyOldWay(button); }
    );
  }

  function share(button) {
    var what = { text: text(button.dataset.share) };
    if (button.dataset.url) { what.url = button.dataset.url; what.title = d.title; }
    navigator.share(what).catch(function () { /* the person closed the sheet */ });
  }

  function speak(button) {
    if (voice.speaking) { voice.cancel(); return say(button); }
    var chosen = voice.getVoices().filter(function (v) { return /^vi([-_]|$)/i.test(v.lang); })[0];
    var parts = text(button.dataset.speak).replace(/([.;:?])\s+/g, '$1\n').split(/\n+/).filter(Boolean);
    say(button, button.dataset.said);
    parts.forEach(function (part, place) { /* sentence by sentence: some phones stop after fifteen seconds */
      var words = new SpeechSynthesisUtterance(part);
      words.lang = 'vi-VN';
      words.rate = 0.95;
      if (chosen) words.voice = chosen;
      if (place === parts.length - 1) words.onend = function () { say(button); };
      voice.speak(words);
    });
  }

  all('[data-share]').forEach(function (b) { b.hidden = !navigator.share; });
  all('[data-speak]').forEach(function (b) { b.hidden = !voice || !window.SpeechSynthesisUtterance; });
  if (voice) { voice.getVoices(); addEventListener('pagehide', function () { voice.cancel(); }); }

  d.addEventListener('click', function (event) {
    var button = event.target.closest('[data-copy],[data-share],[data-speak],[data-print]');
    if (!button) return;
    if (button.dataset.copy) copy(button);
    else if (button.dataset.share) share(button);
    else if ('print' in button.dataset) print();
    else speak(button);
  });

  /* A second press while the first is under way does nothing here; the server ignores it as well. */
  d.addEventListener('submit', function (event) {
    if (event.target.method !== 'post') return;
    if (event.target.sent) event.preventDefault();
    event.target.sent = true;
  });
  addEventListener('pageshow', function () { all('form').forEach(function (form) { form.sent = false; }); });

  var clock = d.querySelector('[data-until]');
  function span(minutes) {
    var w = clock.dataset, hours = Math.floor(minutes / 60), days = Math.floor(hours / 24), rest = minutes % 60;
    if (days >= 2) return w.days.replace('{n}', days);
    if (!hours) return w.minutes.replace('{n}', minutes);
    return w.hours.replace('{n}', hours) + (rest ? ' ' + w.minutes.replace('{n}', rest) : '');
  }
  function tick() {
    var left = (Date.parse(clock.dataset.until) - Date.now()) / 6e4;
    left = left > 0 ? Math.ceil(left) : Math.min(-1, Math.ceil(left));
    clock.textContent = clock.dataset[left > 0 ? 'left' : 'late'].replace('{span}', span(Math.abs(left)));
    var meter = d.querySelector('progress[data-live]');
    if (meter) meter.value = Math.max(0, meter.max - left);
  }
  if (clock) { tick(); setInterval(tick, 2e4); }

  var filter = d.querySelector('[data-filter]');
  function fold(words) { return words.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/đ/gi, 'd').toLowerCase().trim(); }
  if (filter) filter.addEventListener('input', function () {
    var wish = fold(filter.value);
    all('details', d.getElementById(filter.dataset.filter)).forEach(function (area) {
      var found = 0, name = fold(area.querySelector('summary').textContent);
      all('label', area).forEach(function (label) {
        var words = fold(label.textContent);
        label.hidden = (words + ' ' + name).indexOf(wish) < 0 && words.indexOf(wish) < 0;
        found += label.hidden ? 0 : 1;
      });
      area.hidden = !found;
      if (wish && found) area.open = true;
    });
  });
})(document);
