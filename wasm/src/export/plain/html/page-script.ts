/** What the scripts of all exported pages share: reading the form, showing bars, tables, lines and piano rolls. */
import type { Form } from './forms.js';

const SHOWING = `
  const form = document.querySelector('form');
  const output = document.querySelector('output');
  let turns = 0;
  const value = (name) => form.elements[name].value;
  const make = (tag, className, text = '') => Object.assign(document.createElement(tag), { className, textContent: text });
  const percent = (p) => (100 * p).toFixed(1) + ' %';
  const bars = (list) => {
    output.className = '';
    output.replaceChildren(
      ...list.map(([name, p]) => {
        const [row, track, bar] = [make('div', 'bar'), make('div', 'track'), make('div', '')];
        bar.style.width = 100 * p + '%';
        track.append(bar);
        row.append(make('span', 'name', name), track, make('span', '', percent(p)));
        return row;
      }),
    );
  };
  const table = (rows) => {
    const [scroll, element] = [make('div', 'scroll'), make('table', '')];
    scroll.tabIndex = 0;
    for (const [head, ...cells] of rows) {
      const line = make('tr', '');
      const first = make('th', '', head);
      first.scope = 'row';
      line.append(first, ...cells.map((cell) => make('td', '', cell)));
      element.append(line);
    }
    scroll.append(element);
    output.className = '';
    output.replaceChildren(scroll);
  };
  const draw = (name, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, one] of Object.entries(attributes)) element.setAttribute(key, one);
    return element;
  };
  const picture = (label, width, height, shapes, legend) => {
    const svg = draw('svg', { viewBox: '0 0 ' + width + ' ' + height, role: 'img', 'aria-label': label });
    svg.append(...shapes);
    output.className = '';
    output.replaceChildren(svg, make('p', '', legend));
  };
  const lines = (series) => {
    const points = series.flatMap(([, list]) => list);
    const [last, low, high] = [
      Math.max(1, ...points.map(([t]) => t)),
      Math.min(...points.map(([, y]) => y)),
      Math.max(...points.map(([, y]) => y)),
    ];
    const place = ([t, y]) => ((600 * t) / last).toFixed(1) + ',' + (190 - (180 * (y - low)) / (high - low || 1)).toFixed(1);
    const shapes = series.map(([className, list]) => draw('polyline', { class: className, points: list.map(place).join(' ') }));
    picture('The series and its forecast', 600, 200, shapes, 
      'Grey: given. Blue: predicted, one step ahead. Orange: forecast. From ' + low.toPrecision(3) + ' below to ' + high.toPrecision(3) + ' above.');
  };
  const roll = (parts) => {
    let at = 0;
    const shapes = [];
    for (const [className, rows] of parts)
      for (const row of rows) {
        row.forEach((on, key) => on && shapes.push(draw('rect', { class: className, x: 6 * at, y: 3 * (87 - key), width: 5, height: 3 })));
        ++at;
      }
    picture('A piano roll', Math.max(6 * at, 300), 264, shapes, 'Grey: given. Orange: composed. High keys above.');
  };
`;

/** The script after the module, in a block of its own. */
export function pageScript({ script, live }: Form): string {
  return `
{
${SHOWING}
  const answer = () => {
    try {
${script}
    } catch (error) {
      output.className = 'error';
      output.textContent = error.message;
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    answer();
  });
  const heat = document.querySelector('#heat');
  form.addEventListener('input', ({ target }) => {
    if (target.name === 'temperature') heat.textContent = target.value;
${live ? '    answer();\n' : ''}  });
  answer();
}
`;
}
