import { Signet, SignetWebError, signet } from '/signet-web.js';

const find = (selector) => document.querySelector(selector);
const said = find('#said');

/** What is asked of the person, and can be called off by leaving it. */
let doing = new AbortController();

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`refused: ${answer.reason}`);
  return answer;
}

/** Runs what the person started, and says how it ended in words that fit. */
async function run(work) {
  doing.abort();
  doing = new AbortController();
  said.textContent = 'Signet asks you now…';
  try {
    said.textContent = await work(doing.signal);
  } catch (error) {
    if (error instanceof SignetWebError) said.textContent = `${error.code}: ${error.nextStep?.text ?? error.message}`;
    else said.textContent = error.message;
  }
}

find('#login').addEventListener('click', () =>
  run(async (signal) => {
    const { challengeNonce } = await post('/challenge');
    const { holder } = await post('/login', await signet.authenticate({ challengeNonce, signal }));
    find('#holder').textContent = holder;
    find('#door').hidden = true;
    find('#form').hidden = false;
    return 'Welcome.';
  }),
);

/** The same as on the server. */
function canonical(fields) {
  return JSON.stringify(
    Object.keys(fields)
      .sort()
      .map((name) => [name, fields[name]]),
  );
}

find('#form').addEventListener('submit', (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(event.target));
  void run(async (signal) => {
    const [shown] = await signet.certificates({ purpose: 'sign', signal });
    const signed = await signet.sign({
      credentialId: shown.credentialId,
      algorithm: shown.algorithms[0],
      data: new TextEncoder().encode(canonical(fields)),
      documentName: 'Change of address',
      signal,
    });
    const { number } = await post('/form', { fields, ...signed });
    return `Received as number ${number}.`;
  });
});

Object.assign(globalThis, { signet, Signet });
