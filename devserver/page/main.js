// The page: asks what there is, shows it, and follows the files as they change.
import {Preview} from './map.js';
import {Messages, showCommand, showHere, showValues} from './panels.js';

const $ = (id) => document.getElementById(id);
const messages = new Messages();
const preview = new Preview($('map'), (text) => messages.add(text));
window.preview = preview; // for tests and the console

preview.onLoading = (count) => {
  $('state').textContent = count > 0 ? `${count} tiles …` : 'ready';
  document.body.dataset.loading = count;
};

function showProblem(text) {
  $('problem').hidden = !text;
  $('problem').textContent = text || '';
  $('map').classList.toggle('stale', Boolean(text));
}

async function refresh() {
  const [layer, status] = await Promise.all(['/layer.json', '/status'].map(async (path) => (await fetch(path)).json()));
  if (!preview.layer || preview.layer.version !== layer.version) {
    messages.clear();
    preview.show(layer);
    $('name').textContent = layer.name;
    document.title = `${layer.name} – Tilewright`;
    preview.onLoading(preview.loading);
  }
  showProblem(status.problem);
  document.body.dataset.version = status.version;
  showHere(preview);
  showCommand(preview);
  return status.version;
}

function follow(version) {
  const events = new EventSource(`/events?since=${version}`);
  events.addEventListener('version', () => refresh().catch(() => {}));
  events.addEventListener('error', () => { if (events.readyState === EventSource.CLOSED) setTimeout(() => follow(version), 1000); });
}

if (window.innerWidth <= 640) {
  $('panel').hidden = true;
  $('toggle').setAttribute('aria-expanded', 'false');
}
$('toggle').addEventListener('click', () => {
  $('panel').hidden = !$('panel').hidden;
  $('toggle').setAttribute('aria-expanded', String(!$('panel').hidden));
});
$('opacity').addEventListener('input', (event) => preview.result.setOpacity(Number(event.target.value)));
$('show-result').addEventListener('change', (event) => preview.result.setVisible(event.target.checked));
$('show-grid').addEventListener('change', (event) => preview.debug.setVisible(event.target.checked));
$('show-area').addEventListener('change', (event) => preview.area.setVisible(event.target.checked));
$('copy').addEventListener('click', () => navigator.clipboard.writeText($('command').textContent));
document.addEventListener('keydown', (event) => {
  if (event.target.matches('input')) return;
  if (event.key === 'p') $('toggle').click();
  if (event.key === 'g') $('show-grid').click();
});

preview.map.on('pointermove', (event) => showHere(preview, event.coordinate));
preview.map.on('singleclick', (event) => showValues(preview, event.coordinate));
preview.map.on('moveend', () => {
  showCommand(preview);
  const view = preview.map.getView();
  history.replaceState(null, '', `#${view.getZoom().toFixed(2)}/${view.getCenter().map((number) => number.toFixed(preview.layer.crs.is_geographic ? 6 : 1)).join('/')}`);
});

refresh().then(follow);
