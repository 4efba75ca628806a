// Passgate console: small comforts on pages that are complete without them. No markup is ever made from strings.
const $ = (q, root = document) => root.querySelector(q);
const $$ = (q, root = document) => [...root.querySelectorAll(q)];
const on = (event, handler) => document.addEventListener(event, handler);
const say = (text) => {
  const region = $('.status-region');
  if (!region) return;
  region.textContent = '';
  setTimeout(() => { region.textContent = text; }, 60);
};
// A button's words live in its <span>; it keeps its width while they are others for a moment.
const words = (button) => $('span:not([hidden])', button) || button;
const hold = (button) => { button.style.minWidth = `${Math.ceil(button.getBoundingClientRect().width)}px`; };

// Copy: what the page shows, or a secret that only the server has.
const copied = (button) => {
  if (button.classList.contains('is-done')) return;
  const label = words(button);
  const before = label.textContent;
  hold(button);
  label.textContent = button.dataset.done || 'Copied';
  button.classList.add('is-done');
  say(label.textContent);
  setTimeout(() => {
    label.textContent = before;
    button.classList.remove('is-done');
    button.style.minWidth = '';
  }, 2000);
};
const selectText = (node) => getSelection().selectAllChildren(node);
const copyFrom = (button) => {
  const form = button.form;
  const text = fetch(button.dataset.copyFrom || form.action, {
    method: 'POST', redirect: 'manual', credentials: 'same-origin',
    headers: { Accept: 'text/plain' }, body: new URLSearchParams(new FormData(form)),
  }).then((answer) => (answer.status === 200 ? answer.text() : Promise.reject(answer)));
  const put = window.ClipboardItem
    ? navigator.clipboard.write([new ClipboardItem({
      'text/plain': text.then((t) => new Blob([t], { type: 'text/plain' })),
    })])
    : text.then((t) => navigator.clipboard.writeText(t));
  put.then(() => copied(button), () => form.submit());
};
const canCopy = Boolean(navigator.clipboard && window.isSecureContext);
for (const button of $$('[data-copy], [data-copy-from]')) button.hidden = !canCopy;
on('click', (event) => {
  const button = event.target.closest('[data-copy], [data-copy-from], [data-dismiss], [data-eye]');
  if (!button) return;
  if (button.dataset.copy) {
    const target = $(button.dataset.copy);
    navigator.clipboard.writeText(target.textContent).then(() => copied(button), () => selectText(target));
  } else if ('copyFrom' in button.dataset) {
    event.preventDefault();
    copyFrom(button);
  } else if ('dismiss' in button.dataset) {
    event.preventDefault();
    button.closest('.notification').remove();
    ($('main') || document.body).focus();
  } else {
    const field = $(button.dataset.eye);
    const shown = field.type === 'text';
    field.type = shown ? 'password' : 'text';
    button.setAttribute('aria-pressed', String(!shown));
    $$('.icon', button).forEach((icon, i) => icon.classList.toggle('off', (i === 1) === shown));
  }
});
for (const button of $$('[data-eye]')) button.hidden = false;

// A shown secret hides itself; a page kept by the browser is asked for again.
for (const box of $$('[data-hide-at-seconds]')) {
  const end = Date.now() + 1000 * Number(box.dataset.hideAtSeconds);
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    for (const s of $$('[data-seconds]', box)) s.textContent = left;
    if (left === 0) { clearInterval(timer); location.replace(box.dataset.then); }
  };
  const timer = setInterval(tick, 500);
  document.addEventListener('visibilitychange', tick);
}
window.addEventListener('pageshow', (event) => {
  if (event.persisted && $('[data-hide-at-seconds], [data-sending]')) location.reload();
});

// The notification is in the page already; the status region repeats it politely.
const announced = $('[data-announce]');
if (announced) setTimeout(() => say(($('p', announced) || announced).textContent.trim()), 400);

// Tabs: links that switch in place where their panel is in the page.
const keep = (param, value, list) => {
  const set = (href) => {
    const url = new URL(href, location.href);
    if (param) url.searchParams.set(param, value);
    return url;
  };
  history.replaceState(null, '', set(location.href));
  if (!param) return;
  const follow = (node, name) => {
    const url = new URL(node.getAttribute(name) || '', location.href);
    if (url.origin === location.origin && url.pathname === location.pathname) node.setAttribute(name, set(url).href);
  };
  for (const a of $$('a[href]')) if (!list.contains(a) && !a.closest('.nav, .place')) follow(a, 'href');
  for (const form of $$('form[action]')) follow(form, 'action');
  for (const field of $$(`input[type=hidden][name="${CSS.escape(param)}"]`)) field.value = value;
};
for (const list of $$('[role=tablist]')) {
  const tabs = $$('[role=tab]', list);
  const panel = (tab) => document.getElementById(tab.getAttribute('aria-controls') || '');
  const chosen = () => tabs.find((t) => t.getAttribute('aria-selected') === 'true') || tabs[0];
  const rove = (to) => tabs.forEach((t) => { t.tabIndex = t === to ? 0 : -1; });
  const select = (tab) => {
    for (const t of tabs) {
      t.setAttribute('aria-selected', String(t === tab));
      panel(t)?.classList.toggle('off', t !== tab);
    }
    rove(tab);
    const param = list.dataset.param;
    keep(param, new URL(tab.href).searchParams.get(param), list);
  };
  rove(chosen());
  const seen = chosen();
  if (seen && list.scrollWidth > list.clientWidth) list.scrollLeft = Math.max(0, seen.offsetLeft - list.offsetLeft - 40);
  list.addEventListener('click', (event) => {
    const tab = event.target.closest('[role=tab]');
    if (!tab || !panel(tab) || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    select(tab);
  });
  list.addEventListener('keydown', (event) => {
    const at = tabs.indexOf(event.target.closest('[role=tab]'));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length];
    if (panel(tab)) select(tab); else rove(tab);
    tab.focus();
  });
}

// Dialog: Escape is Cancel; the focus starts there.
const cancel = $('[data-cancel]');
if (cancel) {
  const dialog = cancel.closest('[role=dialog]');
  if (!dialog.contains(document.activeElement) && !$('[autofocus]:not([data-cancel])', dialog)) cancel.focus();
  on('keydown', (event) => { if (event.key === 'Escape') { event.preventDefault(); cancel.click(); } });
}

// Forms.
for (const form of $$('form[data-preview]')) {
  let wait;
  form.addEventListener('input', () => {
    clearTimeout(wait);
    wait = setTimeout(() => form.requestSubmit($('[data-preview-button]', form)), 300);
  });
}
on('submit', (event) => {
  const form = event.target;
  const button = event.submitter || $('[type=submit], button:not([type])', form);
  if (event.defaultPrevented || !form.dataset.sending || !button || button.hasAttribute('formtarget')) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = 'yes';
  hold(button);
  words(button).textContent = form.dataset.sending;
});
for (const select of $$('select[data-submit]')) {
  for (const button of $$('[data-apply]', select.form)) button.hidden = true;
  select.addEventListener('change', () => select.form.requestSubmit());
}
for (const box of $$('[data-controls]')) {
  const follow = () => { document.getElementById(box.dataset.controls).disabled = !box.checked; };
  box.addEventListener('change', follow);
  window.addEventListener('pageshow', follow);
  follow();
}
