/* Ticks on doors made without a connection: kept in this phone with a key each, sent later, each once.
   Nothing but number, outcome and time is kept; names stay on the page. Without this file the page is a plain form. */
(function (d) {
  'use strict';
  var form = d.getElementById('doors');
  if (!form || !window.fetch || !window.localStorage) return;
  var w = form.dataset, store = 'door:' + w.door, ahead = Date.now() - w.now, held = [], busy = false, gone = false;
  var told = +w.told, total = +w.total, box = d.getElementById('held');

  /* Of each door, whether it was told as far as the server said. */
  var state = {};
  [].forEach.call(form.querySelectorAll('.after'), function (after) {
    state[after.querySelector('button').value.split('.')[0]] = after.classList.contains('arrived') ? 'told' : 'other';
  });

  /* What the phone keeps; other tabs of the same list share it. Where storage is full or shut, this page remembers. */
  function kept() {
    try { held = JSON.parse(localStorage.getItem(store)) || []; } catch (error) { /* keep what we have */ }
    return held;
  }
  function keep(ticks) {
    held = ticks;
    try {
      if (ticks.length) localStorage.setItem(store, JSON.stringify(ticks));
      else localStorage.removeItem(store);
    } catch (error) { /* this page remembers */ }
  }
  function key() {
    var bytes = crypto.getRandomValues(new Uint8Array(12));
    return [].map.call(bytes, function (b) { return ('0' + b.toString(16)).slice(-2); }).join('');
  }

  function part(name, number) {
    var node = d.getElementById(name).content.firstElementChild.cloneNode(true);
    [].forEach.call(node.querySelectorAll('[name]'), function (b) { b.value = b.value.replace(/^0/, number); });
    [].forEach.call(node.querySelectorAll('[aria-describedby]'), function (b) { b.setAttribute('aria-describedby', 'w' + number); });
    [].forEach.call(node.querySelectorAll('a'), function (a) { a.href = a.getAttribute('href').replace(/o=0#h0/, 'o=' + number + '#h' + number); });
    return node;
  }
  function paint(number, did, words, kind) {
    var line = d.getElementById('h' + number), node;
    if (!line) return;
    node = part(did === 'undo' || !did ? 'acts' : did === 'more' ? 'more' : 'after', number);
    if (words) {
      node.querySelector('b').textContent = words;
      node.className = 'after ' + kind;
    }
    var had = line.contains(d.activeElement);
    line.replaceChild(node, line.lastElementChild);
    if (had) node.querySelector('button').focus();
  }
  function ours(did) { return w['w' + ('_' + did).replace(/_./g, function (two) { return two[1].toUpperCase(); })]; }
  function waits(tick) {
    var words = ours(tick.o);
    paint(tick.n, tick.o, words && w.held.replace('{words}', words), 'waiting');
  }

  /* How many are told: as the server said last, and the latest tick of each door that waits. */
  function count() {
    var now = {}, more = 0;
    held.forEach(function (tick) { now[tick.n] = tick; });
    Object.keys(now).forEach(function (n) { more += (now[n].o === 'told') - (state[n] === 'told'); });
    d.getElementById('tally').textContent = (told + more) + ' / ' + total;
    d.getElementById('meter').value = told + more;
    var doors = Object.keys(now).length;
    box.hidden = !doors;
    box.querySelector('b').textContent = gone ? w.gone : navigator.onLine === false ? w.off : w.on;
    box.querySelector('p').textContent = (gone ? w.lost : w.n).replace('{n}', doors);
  }

  function send() {
    var ticks = kept().slice(0, 60);
    count();
    if (busy || gone || !ticks.length || navigator.onLine === false) return;
    busy = true;
    var body = new URLSearchParams({
      knocks: ticks.map(function (t) { return [t.k, t.n, t.o, t.at].join('.'); }).join(';')
    });
    fetch(location.pathname, { method: 'POST', body: body, credentials: 'same-origin' }).then(function (answer) {
      gone = answer.status === 404;
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    }).then(function (said) {
      var done = {}, n;
      ticks.forEach(function (t) { done[t.k] = true; });
      keep(kept().filter(function (t) { return !done[t.k]; }));
      told = said.told;
      total = said.total;
      ticks.forEach(function (t) { if (!said.lines[t.n]) paint(t.n, 'told', ours(t.o), 'unknown'); });
      for (n in said.lines) {
        state[n] = said.lines[n][0];
        paint(n, state[n], said.lines[n][1], state[n] === 'told' ? 'arrived' : 'unknown');
      }
      ticks.forEach(function (t) { if (said.refused[t.k]) paint(t.n, 'told', said.refused[t.k], 'overdue'); });
      held.forEach(waits);
      busy = false;
      count();
      if (held.length) send();
    }).catch(function () { busy = false; count(); });
  }

  form.addEventListener('click', function (event) {
    var button = event.target.closest('[name=k],.doors a'), said, tick;
    if (!button) return;
    if (!button.name) {
      event.preventDefault();
      return paint(button.closest('li').id.slice(1), 'more');
    }
    said = button.value.split('.');
    if (said[1] === 'call') {
      if (navigator.onLine === false) event.preventDefault();
      return;
    }
    event.preventDefault();
    tick = { k: key(), n: +said[0], o: said[1], at: Math.round(Date.now() - ahead) };
    keep(kept().concat(tick));
    waits(tick);
    send();
  });
  /* Without a connection no link leads away: the list could not come back. */
  d.addEventListener('click', function (event) {
    var link = event.target.closest('a[href]:not([href^="tel:"]):not([href^="#"])');
    if (link && (navigator.onLine === false || (link.id === 'again' && kept().length))) {
      event.preventDefault();
      send();
    }
  });
  addEventListener('beforeunload', function (event) { if (held.length) event.preventDefault(); });
  addEventListener('online', send);
  addEventListener('offline', count);
  d.addEventListener('visibilitychange', function () { if (!d.hidden) send(); });
  setInterval(function () { if (held.length) send(); }, 15000);
  kept().forEach(waits);
  send();
})(document);
