/* Answers that stand already, offered while somebody types. Nothing of what is typed is kept; without this file the same
   answers are shown once before a question is sent. Words come from the page (data-…), so that they are in its language. */
(function (d) {
  'use strict';
  var box = d.getElementById('offers'), words = d.getElementById('text');
  if (!box || !words || !window.fetch) return;
  var w = box.dataset, said = box.querySelector('p'), list = box.querySelector('div');
  var timer, asked = '', turn = 0, rests = 0;

  /* Long numbers are somebody's, and no part of a question. */
  function wish() {
    var kind = d.querySelector('[name=kind]:checked');
    if (kind && kind.value !== 'question') return '';
    return words.value.replace(/\d[\d .-]{5,}/g, ' ').replace(/\s+/g, ' ').trim().slice(0, 300);
  }
  function made(tag, text, kind) {
    var node = d.createElement(tag);
    if (text) node.textContent = text;
    if (kind) node.className = kind;
    return node;
  }
  function offer(one) {
    var node = made('details', '', 'more sheet'), form = made('form', '', 'tight');
    form.method = 'post';
    form.action = '/ask/a/' + one.slug + '/enough';
    form.appendChild(made('button', w.enough));
    node.appendChild(made('summary', one.question));
    node.appendChild(made('p', one.answer, 'lines'));
    node.appendChild(form);
    return node;
  }
  function show(found) {
    list.textContent = '';
    found.forEach(function (one) { list.appendChild(offer(one)); });
    said.textContent = found.length ? w.found.replace('{n}', found.length) : '';
    box.hidden = !found.length;
  }
  function look() {
    var now = wish(), mine;
    if (now === asked || Date.now() < rests) return;
    asked = now;
    mine = ++turn;
    if (now.length < 8) return show([]);
    fetch('/ask/found', {
      method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'xa=' + encodeURIComponent(w.xa) + '&text=' + encodeURIComponent(now)
    }).then(function (answer) {
      if (answer.status === 429) rests = Date.now() + 6e4;
      return answer.ok ? answer.json() : [];
    }).then(
      function (found) { if (mine === turn) show(found); },
      function () { asked = ''; /* no connection just now: the next letter asks again */ }
    );
  }
  words.addEventListener('input', function () {
    clearTimeout(timer);
    timer = setTimeout(look, 600);
  });
  d.addEventListener('change', function (event) { if (event.target.name === 'kind') look(); });
  if (words.value) look();
})(document);
