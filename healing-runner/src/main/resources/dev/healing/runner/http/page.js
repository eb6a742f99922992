// The operator's page. Everything from the host goes into the page as text, never as HTML.
'use strict';
(() => {
  const $ = id => document.getElementById(id);
  const API = 'api/v1/';
  const KEY = 'healing-token';

  // ---------------------------------------------------------------- elements

  /** An element: `el('p.sub', {title: 'x'}, 'text', child)`. */
  function el(what, attributes, ...children) {
    const [tag, ...classes] = what.split('.');
    const node = document.createElement(tag);
    if (classes.length) node.className = classes.join(' ');
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, '');
      else if (value !== false && value != null) node.setAttribute(name, value);
    }
    node.append(...children.flat().filter(c => c != null && c !== false && c !== ''));
    return node;
  }

  /** Replaces what is shown, if it changed; what was opened stays open, what had the focus has it. */
  const shown = new Map();
  function show(where, data, draw) {
    const text = JSON.stringify(data);
    if (shown.get(where) === text) return;
    shown.set(where, text);
    const focus = where.contains(document.activeElement) && document.activeElement.dataset.key;
    where.replaceChildren(...[draw(data)].flat());
    if (focus) where.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
  }

  const opened = new Set();
  function more(key, summary, inside) {
    const node = el('details.more', {open: opened.has(key)}, el('summary', {'data-key': key}, summary));
    const body = el('div.inside');
    node.append(body);
    const fill = () => { if (!body.hasChildNodes()) inside(body); };
    if (node.open) fill();
    node.addEventListener('toggle', () => {
      if (node.open) { opened.add(key); fill(); } else opened.delete(key);
    });
    return node;
  }

  /** Boxes that stay what they are while what is around them is drawn anew. */
  const boxes = new Map();
  function kept(key) {
    if (!boxes.has(key)) boxes.set(key, el('div'));
    return boxes.get(key);
  }

  const tag = word => el('span.tag.' + word, {}, word.toLowerCase().replaceAll('_', ' '));
  /** A button's word, and the rest of it where there is room. */
  const label = (button, word, rest) => show(button, word, () => [word, el('span.wide', {}, rest)]);
  const list = texts => el('ol.steps', {}, texts.map(t => el('li', {}, t)));
  const pairs = (entries, kind = 'dl.pairs') => el(kind, {}, entries.flatMap(([k, v]) => [el('dt', {}, k), el('dd', {}, v)]));

  // ----------------------------------------------------------------- numbers

  const two = n => String(n).padStart(2, '0');
  const clock = d => `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
  function ago(at) {
    const s = Math.max(0, (Date.now() - Date.parse(at)) / 1000);
    if (s < 10) return 'just now';
    if (s < 60) return `${Math.floor(s)} s ago`;
    if (s < 3600) return `${Math.floor(s / 60)} min ago`;
    if (s < 86400) return `${Math.floor(s / 3600)} h ago`;
    return `${Math.floor(s / 86400)} d ago`;
  }
  const when = at => el('time', {datetime: at, title: new Date(at).toLocaleString(), 'data-ago': at}, ago(at));
  function took(ms) {
    if (ms < 1000) return `${Math.round(ms)} ms`;
    if (ms < 60e3) return `${+(ms / 1000).toPrecision(2)} s`;
    if (ms < 3600e3) return `${Math.round(ms / 60e3)} min`;
    return `${+(ms / 3600e3).toPrecision(2)} h`;
  }
  function bytes(n) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let i = 0;
    while (Math.abs(n) >= 1024 && i < units.length - 1) { n /= 1024; i++; }
    return `${+n.toPrecision(3)} ${units[i]}`;
  }
  function measured(name, value) {
    if (value == null) return '–';
    const base = name.split('{')[0];
    if (base.endsWith('.fraction')) return `${+(value * 100).toFixed(1)} %`;
    if (base.endsWith('.bytes')) return bytes(value);
    if (base.endsWith('.flag')) return value ? 'yes' : 'no';
    return String(+value.toPrecision(4));
  }
  const plural = (n, one, many = one + 's') => `${n} ${n === 1 ? one : many}`;
  /** Our own words begin with a capital; a name stays as it is. */
  const sentence = text => /^[a-z]+[ ,]/.test(text) ? text[0].toUpperCase() + text.slice(1) : text || '';

  // ------------------------------------------------------------------ asking

  let token = sessionStorage.getItem(KEY) || '';

  /** Asks, and does not wait for ever: what hangs takes connections and answers nothing. */
  async function ask(path, options, patience) {
    try {
      return await fetch(API + path, {...options, signal: AbortSignal.timeout(patience)});
    } catch (e) {
      throw new Error('healing does not answer' + (options.method ? ': whether it did that is not known' : ''));
    }
  }

  async function get(path, withToken, patience = 60e3) {
    const answer = await ask(path, withToken ? {headers: {Authorization: 'Bearer ' + token}} : {}, patience);
    const json = await answer.json();
    if (!answer.ok) throw new Error(json.error || answer.statusText);
    return json;
  }

  /** Has something changed, with the token; asks for that first. Null if nobody gave it. */
  async function change(path, body) {
    if (!token && !await unlock()) return null;
    const answer = await ask(path, {
      method: 'POST',
      headers: {'Content-Type': 'application/json', Authorization: 'Bearer ' + token},
      body: JSON.stringify(body || {}),
    }, 60e3);
    const json = await answer.json();
    if (answer.status === 401) {
      lock();
      return await unlock('That is not the token of this daemon.') ? change(path, body) : null;
    }
    if (!answer.ok) throw new Error(json.error || answer.statusText);
    return json;
  }

  async function doing(button, work) {
    button.disabled = true;
    try {
      await work();
    } catch (e) {
      toast(sentence(e.message));
    } finally {
      button.disabled = false;
      // A button that is disabled loses the focus; it may have been drawn anew meanwhile.
      if (document.activeElement === document.body) {
        (button.isConnected ? button : document.querySelector(`[data-key="${CSS.escape(button.dataset.key)}"]`))?.focus();
      }
      refresh();
    }
  }

  let toastTimer;
  function toast(text) {
    $('toast').textContent = text;
    $('toast').classList.add('shown');
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => $('toast').classList.remove('shown'), 6000);
  }

  let unlocked = null;
  function unlock(wrong) {
    $('key-wrong').textContent = wrong || '';
    $('token').value = '';
    $('key').showModal();
    return new Promise(resolve => { unlocked = resolve; });
  }
  function lock() {
    token = '';
    sessionStorage.removeItem(KEY);
    showKey();
  }
  function showKey() {
    label($('unlock'), token ? 'Lock' : 'Unlock', ' changes');
    if (token) learned();
  }
  $('key-form').addEventListener('submit', async e => {
    e.preventDefault();
    const given = $('token').value.trim();
    $('key-wrong').textContent = '';
    try {
      token = given;
      await get('knowledge', true); // what only the token opens
    } catch (x) {
      token = '';
      $('key-wrong').textContent = 'That is not the token of this daemon.';
      $('token').select();
      return;
    }
    sessionStorage.setItem(KEY, given);
    $('key').close('given');
  });
  $('key-cancel').addEventListener('click', () => $('key').close(''));
  $('key').addEventListener('close', () => {
    showKey();
    unlocked?.($('key').returnValue === 'given');
    unlocked = null;
    $('key').returnValue = '';
  });
  $('unlock').addEventListener('click', () => token ? lock() : unlock());

  // -------------------------------------------------------------------- now

  let status = null;
  let levels = {};
  let forecasts = new Map();

  function how(health) {
    if (health == null) return '';
    const level = levels.health || {low: 50};
    return health < level.low ? 'bad' : health < 80 ? 'warn' : 'good';
  }

  function drawNow() {
    const open = status.issues;
    const asks = open.filter(i => i.awaitsConfirmation).length;
    const busy = open.filter(i => i.status === 'HEALING' || i.status === 'VALIDATING');
    const yours = open.filter(i => i.status === 'ESCALATED').length;
    $('now').className = 'card now ' + how(status.health);
    $('score').textContent = status.health == null ? '–' : Math.round(status.health);
    $('arc').style.strokeDasharray = `${status.health == null ? 0 : Math.max(status.health, .01)} 100`;
    const text = asks ? `${plural(asks, 'decision')} ${asks === 1 ? 'waits' : 'wait'} for you.`
      : yours ? `${plural(yours, 'problem')} ${yours === 1 ? 'needs' : 'need'} a person.`
      : open.length ? `${plural(open.length, 'problem')} ${open.length === 1 ? 'is' : 'are'} known.`
      : status.trouble.length ? 'Something is wrong with healing itself.'
      : status.unreadable.length ? `Nothing is known to be wrong; ${plural(status.unreadable.length, 'thing')} could not be read.`
      : how(status.health) === 'bad' ? 'Nothing is known to be wrong, and health is low.'
      : status.health == null ? 'Nothing is known to be wrong; health is unknown.'
      : 'All is well.';
    if ($('sentence').textContent !== text) $('sentence').textContent = text;
    $('next').textContent = busy.length ? `Now: ${busy[0].description}.`
      : status.paused ? 'Nothing is done while it is paused; looking goes on.'
      : status.autonomy === 'OBSERVE' ? 'It only looks.'
      : status.autonomy === 'SUGGEST' ? 'It suggests, and does only what you ask for.'
      : status.autonomy === 'CONFIRM' ? 'It asks you before each action.'
      : open.length && !asks ? 'It does what it may; what it waits for stands beside each.'
      : 'It looks on, and does by itself what it may.';
    show($('facts'), [status.autonomy, status.healsInLastHour, open.length, status.startedAt, status.preventions], () => [
      ['Autonomy', status.autonomy.toLowerCase()],
      ['Heals, last hour', String(status.healsInLastHour)],
      ['Open problems', String(open.length)],
      status.preventions?.prevented + status.preventions?.needless > 0 && ['Prevented, needless', `${status.preventions.prevented}, ${status.preventions.needless}`],
      ['Watching', when(status.startedAt)],
    ].filter(Boolean).map(([k, v]) => el('div', {}, el('dt', {}, k), el('dd', {}, v))));
    const banner = status.trouble.length ? status.trouble.join(' · ') : status.paused ? sentence(status.paused) + ': no action is started.' : '';
    $('banner').hidden = !banner;
    $('banner').className = 'banner' + (status.trouble.length ? ' bad' : '');
    if ($('banner').textContent !== banner) $('banner').textContent = banner;
    label($('switch'), status.paused ? 'Resume' : 'Pause', ' healing');
    $('switch').className = status.paused ? 'primary' : '';
    $('foot').textContent = `healing ${status.version} · process ${status.pid} · ${status.looks} looks`;
    document.title = (asks ? `(${asks}) ` : '') + 'healing: ' + text.replace(/\.$/, '').toLowerCase();
  }

  $('switch').addEventListener('click', e => doing(e.currentTarget, async () => {
    const paused = status?.paused;
    const answer = await change(paused ? 'resume' : 'pause');
    if (answer) toast(answer.paused ? 'Paused: no action is started until you resume.' : 'Resumed.');
  }));

  // -------------------------------------------------------------- decisions

  /** What exactly would be done: the part that a person says yes or no to. */
  function preview(decision) {
    const p = decision.preview;
    const step = decision.actions[0];
    if (!p) return null;
    const facts = [
      ['On', p.target],
      ['Takes about', took(p.expectedMillis)],
      p.bytes != null && ['Frees about', bytes(p.bytes)],
      p.items != null && ['Concerns', plural(p.items, 'item')],
      step && ['Risk', step.risk.toLowerCase()],
      step && ['Can it be undone', step.reversible],
      step && ['Likely to help', confidence(step)],
    ].filter(Boolean);
    return [el('h4', {}, 'Exactly this will be done'), list(p.steps), el('h4', {}, 'Before you decide'), pairs(facts, 'dl.pairs.short')];
  }

  /** Else it is not done. Nobody decides by these, so they are not in the way to the answer. */
  function stands(decision) {
    const facts = Object.entries(decision?.preview?.facts || {}).filter(([, fact]) => fact !== '');
    return facts.length ? [el('h4', {}, 'Done only if this is still so'), pairs(facts)] : [];
  }

  function confidence(step) {
    const meter = el('span.meter', {'aria-hidden': 'true'}, el('i'));
    meter.firstChild.style.width = Math.round(step.confidence * 100) + '%';
    return el('span', {}, meter, `${Math.round(step.confidence * 100)}\u00a0%: ${step.evidence}`);
  }

  function reasons(decision) {
    const parts = [];
    parts.push(el('h4', {}, 'Decision'),
      el('p', {}, tag(decision.verdict), ' ', sentence(decision.reason)));
    if (decision.actions.length) {
      parts.push(el('h4', {}, 'Remedies, the first one first'), el('div.list', {}, decision.actions.map(s =>
        el('div', {}, el('b', {}, s.action), ' ', el('span.tag', {}, s.risk.toLowerCase() + ' risk'), el('div.sub', {}, s.expected), el('div.sub', {}, confidence(s))))));
    }
    if (decision.rejected.length) {
      parts.push(el('h4', {}, 'Why not'), pairs(decision.rejected.map(r => [r.action, r.why])));
    }
    if (decision.judgements.length) {
      parts.push(el('h4', {}, 'What the guards said'), pairs(decision.judgements.map(j => [j.guard, el('span', {}, tag(j.verdict), ' ', j.reason)])));
    }
    return parts;
  }

  function evidence(issue) {
    const numbers = Object.entries(issue.metrics).map(([k, v]) => [k, measured(k, v)]);
    return numbers.length ? [el('h4', {}, 'Evidence'), pairs(numbers)] : [];
  }

  /** Whether what was predicted would have been. */
  const judged = p => el('p.sub', {}, tag(p.verdict), ' ', sentence(p.reason), ' · ', when(p.at));

  /** On what host it was decided, and what began before it was looked at again. */
  function around(r) {
    const c = r.circumstances || {};
    const host = [
      c['load.per_cpu'] != null && `load by processor ${measured('load.per_cpu', c['load.per_cpu'])}`,
      c['generation.number'] != null && `generation ${c['generation.number']}`,
    ].filter(Boolean);
    return [
      r.sideEffects?.length ? el('p', {}, `Began meanwhile, perhaps by it: ${r.sideEffects.join('; ')}`) : null,
      host.length ? el('p.sub', {}, `When it was decided: ${host.join(', ')}`) : null,
    ];
  }

  /** Before and after, side by side. */
  function attempt(r) {
    const names = [...new Set([...Object.keys(r.before), ...Object.keys(r.after)])];
    return [
      el('p', {}, r.opportunity ? el('span.tag', {}, gained(r.outcome)) : tag(r.outcome), ' ', el('b', {}, r.actions.join(', ')), ' on ', r.target || '–', ' · ', when(r.finishedAt)),
      el('p.sub', {}, sentence(r.reason)),
      r.prevention ? judged(r.prevention) : null,
      names.length ? pairs(names.map(n => [n, `${measured(n, r.before[n])} → ${measured(n, r.after[n])}`])) : null,
      ...around(r),
      r.steps.length ? list(r.steps) : null,
      r.recorded ? el('h4', {}, 'The host right before') : null,
      r.recorded ? el('pre', {tabindex: 0}, r.recorded.join('\n')) : null,
    ];
  }

  async function explain(body, id) {
    if (!body.hasChildNodes()) body.append(el('p.sub', {}, 'Asking …'));
    try {
      const {incident, patterns, trail} = await get('explain/' + encodeURIComponent(id));
      const receipts = trail.filter(t => t.kind === 'receipt');
      const decisions = trail.filter(t => t.kind === 'decision');
      const decision = incident?.decision || decisions.at(-1);
      const issue = incident?.issue || decisions.at(-1)?.issue;
      body.replaceChildren(...[
        issue ? evidence(issue) : [],
        incident?.cause ? [el('h4', {}, 'Waits for'), el('p', {}, 'incident ' + incident.cause)] : [],
        decision ? reasons(decision) : [],
        patterns?.length ? [el('h4', {}, 'What keeps happening'), ...patterns.map(pattern)] : [],
        receipts.length ? [el('h4', {}, 'What was tried')] : [],
        receipts.flatMap(attempt),
        trail.filter(t => t.kind === 'prevention').map(judged),
        [el('h4', {}, 'Chain of decisions'), el('div.list', {}, decisions.slice(-12).map(d => el('div', {}, when(d.at), ' ', tag(d.verdict), ' ', d.actions[0]?.action || 'nothing', el('div.sub', {}, d.reason))))],
        [el('p.sub', {}, 'Incident ' + id)],
      ].flat().filter(Boolean));
    } catch (e) {
      body.replaceChildren(el('p.sub', {}, sentence(e.message)));
    }
  }

  // ----------------------------------------------------------------- issues

  const details = new Map();

  async function drawAsks() {
    const asks = status.issues.filter(i => i.awaitsConfirmation);
    for (const issue of asks) {
      if (details.get(issue.incident)?.confirmation !== issue.confirmation) {
        const {incident} = await get('explain/' + encodeURIComponent(issue.incident));
        if (incident) details.set(issue.incident, incident);
      }
    }
    $('asks').hidden = !asks.length;
    show($('asks-list'), asks.map(i => [i.incident, i.confirmation, i.description]), () => asks.map(question));
  }

  function question(issue) {
    const incident = details.get(issue.incident);
    const decision = incident?.decision;
    const action = decision?.actions[0]?.action || 'it';
    const answer = (path, done) => e => doing(e.currentTarget, async () => {
      const result = await change(path, {id: issue.confirmation});
      if (result) toast(done(result));
    });
    return el('article.card.asks', {'aria-label': `${action} for ${issue.components.join(', ')}`},
      el('div.title', {}, tag(issue.severity), el('h3', {}, `${action} ${decision?.preview?.target || issue.components.join(', ')}?`)),
      el('p.what', {}, issue.description),
      el('p.sub', {}, el('span', {}, 'Seen ', when(issue.firstSeen)), decision ? ' · ' + decision.reason : ''),
      decision && preview(decision),
      el('div.buttons', {},
        el('button.primary', {type: 'button', 'data-key': 'yes-' + issue.incident, onclick: answer('approve', r => r.underWay ? 'Approved: it is being done.' : `${r.outcome.toLowerCase().replaceAll('_', ' ')}: ${r.reason}`)}, 'Approve'),
        el('button.danger', {type: 'button', 'data-key': 'no-' + issue.incident, onclick: answer('reject', () => 'Rejected: it is yours now.')}, 'Reject')),
      more('ask-' + issue.incident, el('p.sub', {}, 'Evidence, alternatives, and what the guards said'), body => {
        const why = kept('why-' + issue.incident);
        body.append(why, ...stands(decision));
        explain(why, issue.incident);
      }));
  }

  /** When what is being done began and how long it is expected to take, by incident and attempt. */
  const runs = new Map();
  const runOf = issue => issue.status === 'HEALING' ? issue.incident + '/' + issue.attempts : '';

  async function askRuns() {
    const now = new Set(status.issues.map(runOf));
    for (const run of runs.keys()) if (!now.has(run)) runs.delete(run);
    for (const issue of status.issues) {
      if (!runOf(issue) || runs.has(runOf(issue))) continue;
      const {incident} = await get('explain/' + encodeURIComponent(issue.incident));
      const decision = incident?.decision;
      if (incident?.status === 'HEALING') runs.set(runOf(issue), {from: Date.parse(decision?.at), takes: decision?.preview?.expectedMillis});
    }
  }

  /** How far it is and how long it still takes, as far as that is known. */
  function progress(issue) {
    const run = runs.get(runOf(issue));
    const known = run?.takes > 0;
    const bar = el('div.progress' + (known ? '.known' : ''), {role: 'progressbar', 'aria-label': issue.status === 'HEALING' ? 'An action runs' : 'It is looked again whether it helped'}, el('i'));
    if (!known) return [bar];
    const left = el('p.sub.left');
    const go = () => {
      const gone = Math.max(0, Date.now() - run.from);
      const done = Math.min(1, gone / run.takes);
      bar.firstChild.style.width = 100 * done + '%';
      bar.setAttribute('aria-valuenow', Math.round(100 * done));
      left.textContent = gone < run.takes ? `About ${took(Math.ceil((run.takes - gone) / 1000) * 1000)} left` : `Longer than the ${took(run.takes)} that were expected`;
    };
    go();
    const timer = setInterval(() => { if (bar.isConnected) go(); else clearInterval(timer); }, 1000);
    return [bar, left];
  }

  function drawIssues() {
    const open = status.issues.filter(i => !i.awaitsConfirmation);
    const known = new Set(status.issues.flatMap(i => ['why-' + i.incident, 'would-' + i.incident]));
    for (const key of boxes.keys()) if (!known.has(key)) boxes.delete(key);
    const seen = open.map(i => [i.incident, i.severity, i.status, i.type, i.components, i.description, i.attempts, i.note, runs.has(runOf(i))]);
    show($('issues-list'), [seen, status.issues.length > 0], () => open.length ? open.map(problem)
      : [el('p.card.calm', {}, status.issues.length ? 'Nothing besides what waits for you.' : 'Nothing is known to be.')]);
    $('unreadable').hidden = !status.unreadable.length;
    $('unreadable').firstElementChild.textContent = `${plural(status.unreadable.length, 'thing')} could not be read`;
    show($('unreadable').lastElementChild, status.unreadable, all => all.map(u => el('li', {}, `${u.what}: ${u.why}`)));
  }

  function problem(issue) {
    const busy = issue.status === 'HEALING' || issue.status === 'VALIDATING';
    return el('article.card', {},
      more('issue-' + issue.incident, el('div', {},
        el('div.title', {}, tag(issue.severity), issue.status !== 'OPEN' && tag(issue.status), el('h3', {}, `${issue.opportunity ? 'worth doing' : issue.type.replaceAll('_', ' ')}: ${issue.components.join(', ')}`)),
        el('p.what', {}, issue.description),
        el('p.sub', {}, 'Seen ', when(issue.firstSeen), issue.attempts ? ` · ${plural(issue.attempts, 'attempt')}` : '', issue.note ? ' · ' + issue.note : ''),
        busy && progress(issue)),
      body => {
        const why = kept('why-' + issue.incident);
        const would = kept('would-' + issue.incident);
        body.append(why, would);
        explain(why, issue.incident);
        if (!busy) body.append(el('div.buttons', {}, el('button', {type: 'button', 'data-key': 'dry-' + issue.incident, onclick: e => doing(e.currentTarget, () => dryRun(would, issue))}, 'What would be done?')));
      }));
  }

  async function dryRun(where, issue) {
    const decision = await change('heal', {id: issue.incident, dryRun: true});
    if (!decision) return;
    const heal = e => doing(e.currentTarget, async () => {
      const r = await change('heal', {id: issue.incident});
      if (r) toast(r.underWay ? 'It is being done.' : `${r.outcome.toLowerCase().replaceAll('_', ' ')}: ${r.reason}`);
    });
    const may = decision.preview && (decision.verdict === 'PROCEED' || decision.verdict === 'CONFIRM');
    where.replaceChildren(...[
      el('h4', {}, 'Dry run: nothing was done'),
      el('p', {}, tag(decision.verdict), ' ', sentence(decision.reason)),
      preview(decision) || [],
      may ? el('div.buttons', {}, el('button.primary', {type: 'button', 'data-key': 'do-' + issue.incident, onclick: heal}, 'Do it')) : [],
      stands(decision),
    ].flat());
  }

  // ----------------------------------------------------------------- charts

  const SECONDS = {'1h': 3600, '24h': 86400, '30d': 30 * 86400, '365d': 365 * 86400};
  const SPANS = {'1h': '30s', '24h': '10m', '30d': '6h', '365d': '3d'};
  const NAMES = {
    'memory.used.fraction': 'Memory in use', 'cpu.busy.fraction': 'Processors busy', 'swap.used.fraction': 'Swap in use',
    'load.per_cpu': 'Load per processor', 'filesystem.used.fraction': 'File system', 'pressure.some.fraction': 'Pressure',
  };
  let span = '1h';
  const charts = new Map();

  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  function title(metric) {
    const [, base, component] = metric.match(/^([^{]*)(?:\{(.*)\})?$/);
    const name = NAMES[base] || sentence(base.replace(/\.(fraction|bytes|flag)$/, '').replaceAll('.', ' '));
    return component ? `${name} ${component}` : name;
  }
  const levelsOf = metric => levels[metric.split('{')[0]] || {};

  /** The forecast that a chart has room for: one that says something, and not of years to come. */
  function foreseen(metric) {
    const f = forecasts.get(metric);
    return f?.at && !f.silent && span !== '30d' && span !== '365d' ? f : null;
  }
  /** How far a chart goes on beyond now, in seconds: to where its forecast may end, or as far as makes sense. */
  function ahead(metric) {
    const f = foreseen(metric);
    if (!f) return 0;
    const most = span === '1h' ? 2 * 3600 : 8 * 3600;
    return Math.max(600, Math.min(most, (Date.parse(f.upper) - Date.now()) / 1000));
  }
  /** The band of a forecast: from now to its limit, between the earliest and the latest time that are likely. */
  function fan(u, one) {
    const f = foreseen(one.metric);
    const last = one.mean.findLast(v => v != null);
    if (!f || last == null) return;
    const x = at => u.valToPos(Math.max(Date.parse(at) / 1000, Date.now() / 1000), 'x', true);
    const y = value => u.valToPos(value, 'y', true);
    const from = [u.valToPos(Date.now() / 1000, 'x', true), y(last)];
    const colour = css(f.reaches ? '--bad' : '--dim');
    u.ctx.save();
    u.ctx.beginPath();
    u.ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    u.ctx.clip();
    u.ctx.fillStyle = colour + '55'; // it is narrow where the forecast is good
    u.ctx.beginPath();
    u.ctx.moveTo(...from);
    u.ctx.lineTo(x(f.lower), y(f.limit));
    u.ctx.lineTo(x(f.upper), y(f.limit));
    u.ctx.closePath();
    u.ctx.fill();
    u.ctx.strokeStyle = colour;
    u.ctx.lineWidth = 1.5 * devicePixelRatio;
    u.ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    u.ctx.beginPath();
    u.ctx.moveTo(...from);
    u.ctx.lineTo(x(f.at), y(f.limit));
    u.ctx.stroke();
    u.ctx.restore();
  }
  const until = at => took(Math.max(0, Date.parse(at) - Date.now()));
  /** The same in words. */
  function foretold(metric) {
    const f = foreseen(metric);
    return f ? `${f.reaches ? 'full' : 'if at all, full'} in ${until(f.at)} (${until(f.lower)} to ${until(f.upper)})` : '';
  }

  /** A line over time with its thresholds; values come from the host's history, then live. */
  function chart(where, metric, height) {
    const health = metric === 'health';
    const fraction = health || metric.split('{')[0].endsWith('.fraction');
    const marks = () => health ? [[levels.health?.low, '--warn'], [levels.health?.floor, '--bad']]
      : [[levelsOf(metric).high, '--warn'], [levelsOf(metric).critical, '--bad']];
    const one = {metric, times: [], low: [], mean: [], high: [], plot: null};
    const make = () => {
      if (!where.clientWidth) return; // not shown yet
      one.plot?.destroy();
      const line = css('--accent');
      one.plot = new uPlot({
        width: Math.max(where.clientWidth, 120), height,
        legend: {show: false},
        cursor: {y: false, points: {size: 7}},
        scales: {x: {time: true, range: () => [Date.now() / 1000 - SECONDS[health ? '1h' : span], Date.now() / 1000 + ahead(metric)]}, y: {range: (u, min, max) => health ? [0, 100] : fraction ? [0, 1] : [0, Math.max(max * 1.15, 1)]}},
        axes: [
          {stroke: css('--dim'), grid: {show: false}, ticks: {show: false}, size: 24, font: '11px system-ui', space: 64,
            values: (u, splits) => splits.map(s => { const d = new Date(s * 1000); return span === '1h' || span === '24h' ? `${two(d.getHours())}:${two(d.getMinutes())}` : `${d.getDate()} ${d.toLocaleString('en', {month: 'short'})}`; })},
          {stroke: css('--dim'), grid: {stroke: css('--line'), width: 1}, ticks: {show: false}, size: 44, font: '11px system-ui', space: 36,
            values: (u, splits) => splits.map(v => health ? v : fraction ? `${Math.round(v * 100)} %` : v)},
        ],
        series: [{},
          {stroke: 'transparent', points: {show: false}}, {stroke: 'transparent', points: {show: false}},
          {stroke: line, width: 1.75, points: {show: false}, spanGaps: false}],
        bands: [{series: [2, 1], fill: line + '2e'}],
        hooks: {
          draw: [u => {
            u.ctx.save();
            u.ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
            u.ctx.lineWidth = devicePixelRatio;
            for (const [value, colour] of marks()) {
              if (!value) continue; // absent, or no limit
              const y = Math.round(u.valToPos(value, 'y', true));
              u.ctx.strokeStyle = css(colour);
              u.ctx.beginPath();
              u.ctx.moveTo(u.bbox.left, y);
              u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
              u.ctx.stroke();
            }
            u.ctx.restore();
            fan(u, one);
          }],
          setCursor: [u => one.hover?.(u.cursor.idx)],
        },
      }, data(), where);
    };
    const data = () => [one.times, one.low, one.high, one.mean];
    one.add = (at, low, mean, high, step = 30) => {
      const last = one.times.at(-1);
      if (at - last > 3 * step) { // nothing was measured: no line through it
        one.times.push(last + step);
        for (const a of [one.low, one.mean, one.high]) a.push(null);
      }
      one.times.push(at); one.low.push(low); one.mean.push(mean); one.high.push(high);
    };
    one.clear = () => { one.times = []; one.low = []; one.mean = []; one.high = []; };
    one.draw = () => {
      if (!one.plot) make(); else one.plot.setData(data());
      const last = one.mean.at(-1);
      const values = one.mean.filter(v => v != null);
      const name = health ? 'Health' : title(metric);
      where.setAttribute('aria-label', values.length
        ? `${name}: now ${measured(metric, last)}, lowest ${measured(metric, Math.min(...values))}, highest ${measured(metric, Math.max(...values))} of the last ${health ? '1h' : span}${foretold(metric) ? '; ' + foretold(metric) : ''}`
        : `${name}: nothing measured yet`);
    };
    one.remake = () => { if (one.times.length) make(); };
    new ResizeObserver(() => one.plot?.setSize({width: where.clientWidth, height})).observe(where);
    return one;
  }

  function card(metric) {
    const value = el('strong', {}, '–');
    const where = el('div.chart', {role: 'img'});
    const hint = el('p.hint', {}, ' ');
    const figure = el('figure.card', {}, el('figcaption', {}, el('span', {title: metric}, title(metric)), value), where, hint);
    $('charts').append(figure);
    const one = chart(where, metric, 132);
    const level = levelsOf(metric);
    const marks = () => [foretold(metric), level.high != null && 'high ' + measured(metric, level.high), level.critical != null && 'critical ' + measured(metric, level.critical)].filter(Boolean).join(' · ') || ' ';
    hint.textContent = marks();
    one.idle = () => { if (one.plot?.cursor.idx == null) hint.textContent = marks(); };
    one.hover = i => {
      hint.textContent = i == null || one.mean[i] == null ? marks()
        : `${new Date(one.times[i] * 1000).toLocaleString()}: ${measured(metric, one.mean[i])}`;
    };
    one.now = v => {
      value.textContent = measured(metric, v);
      figure.className = 'card ' + (v >= level.critical ? 'bad' : v >= level.high ? 'warn' : '');
    };
    return one;
  }

  const shape = metric => (metric.startsWith('filesystem.') ? 2 : metric.startsWith('pressure.') ? 1 : 0);
  const MOST_CHARTS = 16;

  /** Those that are drawn: what the host is short of, and its four fullest file systems. */
  function wanted() {
    const names = Object.keys(status.metrics).sort((a, b) => shape(a) - shape(b));
    const full = names.filter(n => shape(n) === 2).sort((a, b) => status.metrics[b] - status.metrics[a]).slice(0, 4);
    return names.filter(n => shape(n) < 2).concat(full);
  }
  const lacking = () => charts.size < MOST_CHARTS ? wanted().filter(n => !charts.has(n)) : [];

  async function makeCharts() {
    for (const metric of lacking()) charts.set(metric, card(metric));
    if (!charts.has('health')) {
      const health = chart($('health-chart'), 'health', 132);
      health.series = 'health.score';
      charts.set('health', health);
    }
    await fillCharts();
  }

  async function foresee() {
    forecasts = new Map((await get('forecasts')).forecasts.map(f => [f.metric, f]));
    for (const one of charts.values()) one.idle?.();
  }

  async function fillCharts() {
    await foresee();
    const known = new Set((await get('metrics')).series.map(s => s.metric));
    for (const [metric, one] of charts) {
      const name = one.series || metric;
      const back = metric === 'health' ? '1h' : span;
      one.clear();
      if (known.has(name)) {
        const {points, stepMillis} = await get(`metrics/${encodeURIComponent(name)}?since=${back}&every=${SPANS[back]}`);
        for (const p of points) one.add(Date.parse(p.at) / 1000, p.min, p.average, p.max, stepMillis / 1000);
      }
      one.draw();
    }
  }

  /** A point of now, every few seconds; in longer spans that would be noise. */
  function live() {
    for (const [metric, one] of charts) {
      const value = metric === 'health' ? status.health : status.metrics[metric];
      if (value == null) continue;
      one.now?.(value);
      if (span === '1h' || metric === 'health') {
        one.add(Date.now() / 1000, value, value, value);
        while (one.times[0] < Date.now() / 1000 - 3600) for (const a of [one.times, one.low, one.mean, one.high]) a.shift();
        one.draw();
      }
    }
  }

  $('spans').addEventListener('click', async e => {
    if (!e.target.dataset.span) return;
    span = e.target.dataset.span;
    for (const b of $('spans').children) b.setAttribute('aria-pressed', String(b === e.target));
    try { await fillCharts(); } catch (x) { toast(sentence(x.message)); }
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach(c => c.remake()));

  // ------------------------------------------------- history, chances, lessons

  function receipt(r) {
    return more('receipt-' + r.id, el('div.row', {}, when(r.finishedAt),
      el('span', {}, el('b', {}, r.actions.join(', ')), ` ${r.target} `, el('span.sub', {}, `${r.opportunity ? whose(r) : 'for ' + r.type.replaceAll('_', ' ')}${r.startedAt ? ', in ' + took(Date.parse(r.finishedAt) - Date.parse(r.startedAt)) : ''}`)),
      r.opportunity ? el('span.tag', {}, gained(r.outcome)) : tag(r.outcome)), body => {
      body.append(...attempt(r).filter(Boolean));
      if (r.benefit) body.append(el('p.sub', {}, `brought ${came(r.benefit)}`));
      const why = el('div');
      body.append(el('div.buttons', {}, el('button', {type: 'button', onclick: e => { e.currentTarget.hidden = true; explain(why, r.incident); }}, 'Why it was decided')), why);
    });
  }

  async function slow() {
    const [history, chances] = await Promise.all([get('history?most=25'), status?.looks ? get('opportunities').catch(() => []) : []]);
    show($('history-list'), history, all => all.length ? [el('div.card.rows', {}, all.map(receipt))] : [el('p.card.calm', {}, 'Nothing yet.')]);
    show($('chances-list'), chances, all => all.length ? all.map(chance) : [el('p.card.calm', {}, 'Nothing now.')]);
    if (charts.size) await foresee();
    if (token) await learned();
  }

  /** Where nothing was wrong: on whose word it was done, and what came of it. */
  const whose = r => 'worth doing, ' + ({REQUESTED: 'as a person asked', APPROVED: 'as a person approved'}[r.origin] || 'by itself');
  const gained = outcome => ({HEALED: 'worth it', UNCHANGED: 'little gained'}[outcome] || word(outcome));

  function word(outcome) {
    return outcome.toLowerCase().replaceAll('_', ' ');
  }

  function amount(metric, n) {
    if (metric.includes('.bytes')) return `${Math.abs(n) >= 2 ** 30 / 10 ? (n / 2 ** 30).toFixed(2) + ' GiB' : +(n / 2 ** 20).toFixed(1) + ' MiB'} of ${metric}`;
    return `${metric.includes('.fraction') ? (100 * n).toFixed(1) + ' %' : +n.toFixed(1)} of ${metric}`;
  }

  /** What came of it, beside what was expected. */
  function came(b) {
    return `${b.actual == null ? 'not measured' : amount(b.metric, b.actual)}${b.estimated == null ? '' : `, expected ${amount(b.metric, b.estimated)}`}`;
  }

  function chance(o) {
    return el('article.card', {},
      el('div.title', {}, el('h3', {}, o.description), el('span.tag', {}, `score ${+o.score.toFixed(1)}`)),
      el('p.what', {}, sentence(o.benefit)),
      o.estimate?.estimated != null ? el('p.sub', {}, `expected: ${amount(o.estimate.metric, o.estimate.estimated)}`) : null,
      o.last ? el('p.sub', {}, `last time (${gained(o.last.outcome)}): ${o.last.benefit ? came(o.last.benefit) : 'not measured'}`) : null,
      o.waits ? el('p.sub', {}, sentence(o.waits)) : null,
      o.advice ? el('pre', {}, `${o.advice.path}\n\n${o.advice.text}`) : null,
      el('p.sub', {}, `${o.action || 'for you to do'} · priority ${o.priority} of 10 · confidence ${Math.round(o.confidence * 100)} % · ${o.safeToAutomate ? 'safe to automate' : 'for a person to decide'}`),
      o.advice ? el('p.what', {}, o.advice.then) : el('div.buttons', {}, el('button', {type: 'button', 'data-key': 'take-' + o.id, onclick: e => doing(e.currentTarget, async () => {
        const r = await change('opportunities', {apply: o.id});
        if (r) toast(r.underWay ? 'It is being done.' : `${gained(r.outcome)}: ${r.reason}`);
      })}, 'Have it done')));
  }

  function pattern(p) {
    return el('div.list', {}, el('p', {}, sentence(p.reason)), el('p.sub', {}, sentence(p.proposal)));
  }

  function month(m) {
    const percent = rate => rate == null ? 'unknown' : Math.round(rate * 100) + ' %';
    return [m.month, `${plural(m.incidents, 'incident')}, ${percent(m.recurrenceRate)} of them of a problem that was there before, ${percent(m.unattendedRate)} over without a person`
      + (m.timeToHealSeconds == null ? '' : `; healed in ${took(1000 * m.timeToHealSeconds)}`)
      + (m.falseHealRate ? `; ${percent(m.falseHealRate)} of the heals did not hold` : '')];
  }

  /** In which share of cases it helps, as far as so many tries can tell, in nine cases of ten (Wilson 1927). */
  function range(healed, tried) {
    const z = 1.645, p = healed / tried, d = 1 + z * z / tried;
    const middle = (p + z * z / (2 * tried)) / d;
    const half = z / d * Math.sqrt(p * (1 - p) / tried + (z / (2 * tried)) ** 2);
    return [Math.max(0, middle - half), Math.min(1, middle + half)].map(x => Math.round(100 * x));
  }

  function helped(r) {
    if (!r.attempts) return `healed ${r.healed} of ${r.attempts}`;
    const [low, high] = range(r.healed, r.attempts);
    const meter = el('span.meter', {'aria-hidden': 'true'}, el('i'));
    Object.assign(meter.firstChild.style, {left: low + '%', width: high - low + '%'});
    return el('span', {}, meter, `healed ${r.healed} of ${r.attempts}, which lets expect ${low} to ${high} %`);
  }

  /** When, on what host and with what side effects it was tried, as far as that is known. */
  function circumstances(context) {
    const {hours = [], load = [], generation = [], sideEffects = {}} = context || {};
    const times = [0, 1, 2, 3].filter(q => hours[2 * q + 1])
      .map(q => `${hours[2 * q]} of ${hours[2 * q + 1]} at ${two(6 * q)}-${two(6 * q + 6)}h UTC`);
    const loads = [[load[0], load[1], 'where it healed'], [load[2], load[3], 'where it did not']]
      .filter(l => l[0]).map(l => `${measured('load.per_cpu', l[1])} ${l[2]}`);
    const began = Object.entries(sideEffects).sort((a, b) => b[1] - a[1]).slice(0, 3).map(([what, n]) => `${what} (${n})`);
    const told = [
      times.length && `healed ${times.join(', ')}`,
      loads.length && `load by processor ${loads.join(', ')}`,
      generation.length && `in generation ${generation[0]} healed ${generation[1]} of ${generation[2]}`,
      began.length && `began meanwhile, perhaps by it: ${began.join('; ')}`,
    ].filter(Boolean).join('; ');
    return told ? el('p.sub', {}, sentence(told)) : null;
  }

  /** How far it may go by itself, and what has lost that. */
  function ladder(standings, actions) {
    const rungs = ['OBSERVE', 'SUGGEST', 'CONFIRM', 'AUTO'];
    return [
      el('h3', {}, 'How far it may go by itself'),
      el('p', {}, rungs.map(r => el('span.tag' + (r === status?.autonomy ? '.PROCEED' : ''), r === status?.autonomy ? {'aria-current': 'true'} : {}, r.toLowerCase()))),
      pairs(rungs.map(r => [r.toLowerCase(), Object.keys(actions).filter(a => actions[a] === r).join(', ')]).filter(([, all]) => all)),
      standings.length ? pairs(standings.map(s => [`${s.action} for ${s.type}`, `has made it worse ${plural(s.worse, 'time')}: ${plural(s.below, 'rung')} below what it might else, until it has proven itself`]))
        : el('p.sub', {}, 'No action has lost a rung by making something worse.'),
    ];
  }

  async function learned() {
    let all;
    try {
      all = await get('knowledge', true);
    } catch (e) {
      return; // a wrong token is told where something is changed
    }
    const s = all.statistics, c = all.calibration || {};
    const rows = all.problems.flatMap(p => Object.entries(p.actions).map(([name, a]) => ({name, key: p.key, ...a})))
      .sort((a, b) => b.attempts - a.attempts).slice(0, 12);
    const months = (all.months || []).filter(m => m.incidents).slice(-6).reverse();
    show($('learned'), [s, c, rows, months, all.patterns, all.standings, all.autonomy, status?.autonomy], () => [
      el('p', {}, s.attempts ? `Of ${plural(s.attempts, 'attempt')} ${s.healed} healed.` : 'Nothing was tried yet.',
        c.calibrationError != null ? ` What it said of its chances was off by ${Math.round(c.calibrationError * 100)} points on average.` : ''),
      months.length ? pairs(months.map(month)) : null,
      ...all.patterns?.length ? [el('h3', {}, 'What keeps happening'), ...all.patterns.map(pattern)] : [],
      ...rows.length ? [el('h3', {}, 'What helped'), pairs(rows.map(r => [`${r.name} for ${r.key}`, el('div', {}, helped(r), circumstances(r.course?.context))]))] : [],
      ...ladder(all.standings || [], all.autonomy || {}),
    ].filter(Boolean));
  }

  // ----------------------------------------------------------------- events

  function event(e) {
    const first = $('events').firstElementChild;
    const at = new Date(e.at);
    const node = el('li.' + e.kind, {}, el('time', {datetime: e.at, title: at.toLocaleString()}, clock(at)), el('span', {}, e.message));
    $('events').insertBefore(node, first);
    while ($('events').children.length > 60) $('events').lastElementChild.remove();
  }

  /** The newest that is shown: a stream that is opened anew begins with what was there before. */
  let newest = {run: '', number: 0};
  function isNews(id) {
    const dash = id.lastIndexOf('-');
    const run = id.slice(0, dash), number = Number(id.slice(dash + 1));
    if (run === newest.run && number <= newest.number) return false;
    newest = {run, number};
    return true;
  }

  function listen() {
    const source = new EventSource(API + 'events');
    source.onopen = () => connected(true);
    source.onmessage = m => {
      if (!isNews(m.lastEventId)) return;
      event(JSON.parse(m.data));
      soon();
    };
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000); };
  }

  function connected(yes) {
    $('live').className = 'live ' + (yes ? 'on' : 'off');
    const text = yes ? 'live' : 'no answer';
    if ($('live-text').textContent !== text) $('live-text').textContent = text;
    $('main').classList.toggle('stale', !yes);
    if (yes) answered = new Date();
    else silent();
  }

  /** What is shown is not how it is: nobody may take it for that. */
  let answered = null;
  function silent() {
    const text = 'healing does not answer.';
    if ($('sentence').textContent !== text) $('sentence').textContent = text;
    $('next').textContent = answered ? `What is shown is how it was at ${clock(answered)}.` : 'Nothing is known of this host.';
    document.title = 'healing: no answer';
  }

  // ---------------------------------------------------------------- its pace

  let soonTimer;
  function soon() {
    clearTimeout(soonTimer);
    soonTimer = setTimeout(() => { refresh(); slow().catch(() => {}); }, 300);
  }

  let asking = false;
  async function refresh() {
    if (asking) return;
    asking = true;
    try {
      status = await get('status', false, 10e3);
      connected(true);
      drawNow();
      await askRuns();
      drawIssues();
      await drawAsks();
      if (lacking().length) {
        levels = await get('levels');
        drawNow();
        await makeCharts();
      }
      live();
    } catch (e) {
      connected(false);
    } finally {
      asking = false;
    }
  }

  /** Shows the rest, once something is known. */
  let tried = false;
  function begin() {
    if (!tried || !status || !$('main').classList.contains('loading')) return;
    $('main').classList.remove('loading');
    charts.forEach(c => c.remake());
  }

  showKey();
  refresh().then(slow).catch(() => {}).then(() => {
    tried = true;
    begin();
    listen();
  });
  setInterval(() => { if (!document.hidden) refresh().then(begin); }, 3000);
  setInterval(() => { if (!document.hidden) slow().catch(() => {}); }, 30000);
  setInterval(() => { for (const t of document.querySelectorAll('[data-ago]')) t.textContent = ago(t.dataset.ago); }, 10000);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
})();
