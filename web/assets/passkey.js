/* Passkeys: hand the server's challenge to the browser, and its answer to the server. Words come from the page (data-…). */
(function (d) {
  'use strict';
  var box = d.querySelector('[data-passkey]');
  if (!box) return;
  var button = box.querySelector('button'), said = box.querySelector('[data-said]'), what = box.dataset.passkey;

  function bytes(text) {
    var plain = atob(text.replace(/-/g, '+').replace(/_/g, '/')), out = new Uint8Array(plain.length), i;
    for (i = 0; i < plain.length; i += 1) out[i] = plain.charCodeAt(i);
    return out.buffer;
  }

  function letters(buffer) {
    var out = '';
    new Uint8Array(buffer).forEach(function (one) { out += String.fromCharCode(one); });
    return btoa(out).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }

  function send(path, body) {
    return fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body || {}) })
      .then(function (answer) {
        return answer.json().then(function (told) {
          if (!answer.ok) throw { words: told.error };
          return told;
        });
      });
  }

  function told(list) {
    return (list || []).map(function (one) { return { type: one.type, id: bytes(one.id) }; });
  }

  function make(options) {
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = told(options.excludeCredentials);
    return navigator.credentials.create({ publicKey: options });
  }

  function show(options) {
    options.challenge = bytes(options.challenge);
    options.allowCredentials = told(options.allowCredentials);
    return navigator.credentials.get({ publicKey: options });
  }

  function plain(made) {
    var from = made.response, response = { clientDataJSON: letters(from.clientDataJSON) };
    ['attestationObject', 'authenticatorData', 'signature', 'userHandle'].forEach(function (name) {
      if (from[name]) response[name] = letters(from[name]);
    });
    return { id: made.id, rawId: letters(made.rawId), type: made.type, response: response };
  }

  function tell(words) {
    said.textContent = words;
    said.hidden = false;
  }

  if (!window.PublicKeyCredential || !navigator.credentials) {
    button.disabled = true;
    tell(box.dataset.none);
    return;
  }
  button.addEventListener('click', function () {
    var name = d.getElementById('name');
    button.disabled = true;
    said.hidden = true;
    send('/passkeys/' + what + '/begin')
      .then(what === 'register' ? make : show)
      .then(function (made) {
        return send('/passkeys/' + what + '/finish', {
          answer: plain(made), name: name ? name.value : '', next: box.dataset.next || '/'
        });
      })
      .then(function (told) { window.location.replace(told.next); })
      .catch(function (error) {
        button.disabled = false;
        tell(error.words || box.dataset.failed);
      });
  });
})(document);
