(() => {
  'use strict';

  // Numbers under the pointer.
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  document.body.append(tip);
  const drawn = new WeakMap();

  const pointsOf = path => {
    if (!drawn.has(path)) {
      const numbers = path.getAttribute('d').match(/-?[\d.]+/g).map(Number);
      const words = name => path.dataset[name].split(' ');
      drawn.set(path, {
        x: numbers.filter((_, i) => i % 2 === 0),
        images: words('images'), times: words('times'), values: words('values')
      });
    }
    return drawn.get(path);
  };

  const nearest = (xs, x) =>
    xs.reduce((best, value, i) => Math.abs(value - x) < Math.abs(xs[best] - x) ? i : best, 0);

  const hide = () => {
    tip.hidden = true;
    document.querySelectorAll('.pointer').forEach(line => line.remove());
  };

  document.addEventListener('pointermove', event => {
    hide();
    const chart = event.target.closest && event.target.closest('svg.chart');
    const curves = chart ? [...chart.querySelectorAll('.curve')].filter(c => c.getAttribute('d')) : [];
    if (!curves.length) return;
    const box = chart.getBoundingClientRect();
    const view = chart.viewBox.baseVal;
    const x = (event.clientX - box.left) / box.width * view.width;
    let found = null;
    const lines = curves.map(curve => {
      const points = pointsOf(curve);
      const i = nearest(points.x, x);
      if (!found || Math.abs(points.x[i] - x) < Math.abs(found.x - x)) {
        found = {x: points.x[i], at: points.images[i] + ' images, ' + points.times[i]};
      }
      return (curve.dataset.name + ' ' + points.values[i]).trim();
    });
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    line.setAttribute('class', 'pointer');
    line.setAttribute('d', `M${found.x} 10V${view.height - 22}`);
    chart.append(line);
    tip.textContent = lines.join('\n') + '\n' + found.at;
    tip.hidden = false;
    const left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 6);
    const above = event.clientY - tip.offsetHeight - 12;
    tip.style.left = Math.max(6, left) + 'px';
    tip.style.top = (above > 6 ? above : event.clientY + 18) + 'px';
  });
  document.addEventListener('pointerleave', hide);
  addEventListener('scroll', hide, {passive: true});

  // The film of sample grids. It follows the run while the slider stands at the end.
  let shown = null;
  const film = () => {
    const slider = document.querySelector('.film input');
    if (!slider) return;
    const frames = [...document.querySelectorAll('.strip img')];
    const picture = document.querySelector('.film .shown');
    const show = scroll => {
      const frame = frames[slider.value];
      shown = +slider.value === frames.length - 1 ? null : frame.alt;
      if (picture.src !== frame.src) picture.src = frame.src;
      document.querySelector('.film figcaption').textContent = frame.alt;
      frames.forEach(other => other.classList.toggle('current', other === frame));
      const strip = frame.parentElement;
      if (scroll) strip.scrollLeft = frame.offsetLeft - strip.offsetLeft - strip.clientWidth / 2;
    };
    const kept = frames.findIndex(frame => frame.alt === shown);
    slider.value = kept < 0 ? frames.length - 1 : kept;
    slider.addEventListener('input', () => show(true));
    frames.forEach((frame, i) => frame.addEventListener('click', () => { slider.value = i; show(false); }));
    show(true);
  };
  film();

  // A page that is served asks for what has changed, and replaces that.
  if (!document.body.dataset.poll) return;
  let version = document.body.dataset.version;
  const known = {};
  const replace = sections => {
    for (const [name, html] of Object.entries(sections)) {
      if (known[name] === html) continue;
      known[name] = html;
      const section = document.getElementById(name);
      const strip = section.querySelector('.strip');
      const at = strip ? strip.scrollLeft : 0;
      section.innerHTML = html;
      if (name === 'samples') {
        film();
        if (shown !== null && strip) section.querySelector('.strip').scrollLeft = at;
      }
    }
    hide();
  };

  const ago = seconds =>
    seconds < 100 ? `${Math.round(seconds)} s ago`
      : seconds < 6000 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
  const count = () => {
    document.querySelectorAll('[data-since]').forEach(element => {
      const seconds = Math.max(0, (Date.now() - element.dataset.since) / 1000);
      element.textContent = ago(seconds);
      const state = (element.closest('tr') || document).querySelector('.state');
      if (+element.dataset.silence && state) {
        const silent = seconds > +element.dataset.silence;
        state.textContent = silent ? 'silent' : 'running';
        state.className = 'state ' + state.textContent;
      }
    });
  };

  const poll = async () => {
    try {
      const answer = await fetch(document.body.dataset.poll, {headers: {'If-None-Match': version}, cache: 'no-store'});
      if (answer.status === 200) {
        replace(await answer.json());
        version = answer.headers.get('ETag');
      }
      document.body.classList.toggle('lost', answer.status !== 200 && answer.status !== 304);
    } catch (e) {
      document.body.classList.add('lost');
    }
    count();
    setTimeout(poll, 2000);
  };
  count();
  poll();
})();
