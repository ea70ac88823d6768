import { Disclosure } from '../controls/Disclosure';
import {
  type Answer,
  type Diagram,
  equationsOf,
  type Link,
  parametersOf,
  type Part,
} from 'unfold-rnn/diagram';
import { Formulas, Inline } from '../controls/Formulas';
import { message } from '../i18n/messages';
import { decimals, integer } from '../i18n/format';
import { histograms } from './histograms';
import { store } from '../app/store';
import { signed } from './numbers';
import { nameOf } from './partNames';

/** The parameters of a part, with shapes and numbers of the network at work. */
function Parameters({ diagram, part }: { diagram: Diagram; part: Part }) {
  const words = message.look.network;
  const live = histograms.value?.run === store.run.value ? histograms.value?.all : undefined;
  const rows = parametersOf(diagram, part);
  if (rows.length === 0) return null;
  return (
    <table>
      <caption class="unseen">{words.parameter}</caption>
      <thead>
        <tr>
          <th scope="col">{words.parameter}</th>
          <th scope="col">{words.shape}</th>
          <th scope="col">{words.mean}</th>
          <th scope="col">{words.deviation}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, term }, at) => {
          const spread = live?.find((each) => each.name === name);
          const [rows, cols] = spread?.shape ?? [];
          return (
            <tr key={at}>
              <th scope="row">
                <Inline formula={term} /> <span class="parameter-name">{name}</span>
              </th>
              <td>{spread ? (cols === 1 ? integer(rows) : `${integer(rows)} × ${integer(cols)}`) : '–'}</td>
              <td>{spread ? signed(spread.mean) : '–'}</td>
              <td>{decimals(spread?.deviation, 3)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface DetailProps {
  diagram: Diagram;
  part: Part;
  answer: Answer;
}

/** A matrix of the answer that another part reads too. */
const isTied = ({ links }: Diagram, part: Part): boolean =>
  part.kind === 'output' &&
  links.some(({ to, parameter }) =>
    links.some((other) => to === part.id && other.to !== to && other.parameter === parameter),
  );

export function PartDetail({ diagram, part, answer }: DetailProps) {
  return (
    <section class="part-detail" aria-labelledby="part-title" aria-live="polite">
      <h3 id="part-title">{nameOf(diagram, part)}</h3>
      <Formulas lines={equationsOf(diagram, part, answer)} />
      {isTied(diagram, part) && <p class="look-note">{message.look.network.tied}</p>}
      <Parameters diagram={diagram} part={part} />
    </section>
  );
}

function through(link: Link): string {
  const words = message.look.network;
  if (link.parameter) return link.parameter;
  return link.role === 'state' ? words.state(link.name ?? 'h') : words.copy;
}

/** The diagram in words: every connection, its delay and its matrix. */
export function Connections({ diagram }: { diagram: Diagram }) {
  const words = message.look.network;
  const part = (id: string) =>
    nameOf(
      diagram,
      diagram.parts.find((each) => each.id === id)!,
    );
  return (
    <Disclosure title={words.connections} class="connections">
      {() => (
        <div class="table-scroll" tabIndex={0} role="group" aria-label={words.connections}>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.from}</th>
                <th scope="col">{words.to}</th>
                <th scope="col">{words.delay}</th>
                <th scope="col">{words.through}</th>
              </tr>
            </thead>
            <tbody>
              {diagram.links.map((link, at) => (
                <tr key={at}>
                  <th scope="row">{part(link.from)}</th>
                  <td>{part(link.to)}</td>
                  <td>{link.delay}</td>
                  <td>{through(link)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Disclosure>
  );
}
