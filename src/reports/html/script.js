const requests = [...document.querySelectorAll('.request')];
const buttons = [...document.querySelectorAll('[data-only]')];
const search = document.querySelector('#search');
let only = 'all';

function filter() {
  const wanted = search.value.trim().toLowerCase();
  for (const request of requests) {
    const kind = only === 'all' || request.classList.contains(only);
    const text = wanted === '' || request.querySelector('summary').textContent.toLowerCase().includes(wanted);
    request.hidden = !(kind && text);
  }
  for (const heading of document.querySelectorAll('main h2')) {
    let next = heading.nextElementSibling;
    let seen = false;
    while (next && next.tagName !== 'H2') {
      seen ||= !next.hidden;
      next = next.nextElementSibling;
    }
    heading.hidden = !seen;
  }
  for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.only === only));
}

for (const button of buttons) {
  button.addEventListener('click', () => { only = button.dataset.only; filter(); });
}
search.addEventListener('input', filter);
document.querySelector('#fold').addEventListener('click', () => {
  const open = requests.some((request) => !request.hidden && !request.open);
  for (const request of requests) if (!request.hidden) request.open = open;
});
document.querySelector('#theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
});
function show() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target) { target.hidden = false; target.open = true; target.scrollIntoView(); }
}
addEventListener('hashchange', show);
filter();
show();
