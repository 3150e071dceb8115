/** Style of the page: colours of the system, with a contrast of 4.5 at least in light and in dark. */
export const pageStyle = `
:root { --ground: #ffffff; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0; --code: #eff2f5; --danger: #b3161f; --warning: #7a4d00; --new: #0b5c26; --gone: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --text: #f0f6fc; --quiet: #9aa4af; --line: #3d444d; --code: #1c222a; --danger: #ff8b85; --warning: #e3b341; --new: #5bd66f; --gone: #ff8f88; } }
body { background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 80rem; padding: 1rem; }
header { border-bottom: 1px solid var(--line); }
form { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; padding: .5rem 0; }
select, input, button { font: inherit; color: inherit; background: var(--code); border: 1px solid var(--quiet); border-radius: 4px; padding: .2rem .5rem; }
:focus-visible { outline: 3px solid #4c8dff; outline-offset: 2px; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; min-width: 48rem; margin: 1rem 0; }
th.code { width: 12rem; } th.where { width: 9rem; } th.object { width: 30%; }
caption, h2 { text-align: left; font-weight: 600; font-size: 1.1rem; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; border: 1px solid var(--line); padding: .3rem .6rem; overflow-wrap: break-word; }
small, .notice { color: var(--quiet); }
code { background: var(--code); border-radius: 3px; padding: 0 .2em; font-family: ui-monospace, monospace; }
.danger strong { color: var(--danger); } .warning strong { color: var(--warning); }
details { border: 1px solid var(--line); border-radius: 4px; margin: .4rem 0; padding: .3rem .6rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
pre { overflow-x: auto; margin: .4rem 0; } pre span { display: block; }
.new { color: var(--new); } .gone { color: var(--gone); } .same, .place { color: var(--quiet); }
[hidden] { display: none; }
`;

/** Filters of the page: environment and text, kept in the address so that a view can be linked. */
export const pageScript = `
(() => {
  const scope = document.getElementById('scope'), search = document.getElementById('search');
  const toggle = document.getElementById('toggle'), count = document.getElementById('count');
  if (!scope || !search || !toggle || !count) return;
  const entries = [...document.querySelectorAll('[data-entry]')];
  const texts = entries.map((entry) => entry.textContent.toLowerCase());
  const scopes = entries.map((entry) => (entry.dataset.scopes || '').split(' '));
  const apply = () => {
    const wanted = search.value.trim().toLowerCase();
    let shown = 0;
    entries.forEach((entry, index) => {
      const fits = (scope.value === '' || scopes[index].includes(scope.value)) && texts[index].includes(wanted);
      entry.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    for (const table of document.querySelectorAll('table')) table.hidden = !table.querySelector('tbody tr:not([hidden])');
    count.value = shown + ' of ' + entries.length + ' entries';
    const state = new URLSearchParams();
    if (scope.value !== '') state.set('scope', scope.value);
    if (wanted !== '') state.set('search', wanted);
    history.replaceState(null, '', '#' + state);
  };
  const given = new URLSearchParams(location.hash.slice(1));
  scope.value = given.get('scope') || '';
  search.value = given.get('search') || '';
  scope.addEventListener('change', apply);
  search.addEventListener('input', apply);
  document.getElementById('filter').addEventListener('submit', (event) => event.preventDefault());
  toggle.addEventListener('click', () => {
    const open = toggle.getAttribute('aria-pressed') !== 'true';
    toggle.setAttribute('aria-pressed', String(open));
    for (const details of document.querySelectorAll('details')) details.open = open;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== search) { event.preventDefault(); search.focus(); }
    if (event.key === 'Escape') { search.value = ''; scope.value = ''; apply(); }
  });
  apply();
})();
`;
