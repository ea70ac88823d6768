import type { Formula, Piece } from 'unfold-rnn/diagram';

function Set({ text, style }: Piece) {
  if (style === 'name') return <var>{text}</var>;
  if (style === 'sub') return <sub>{text}</sub>;
  return style === 'sup' ? <sup>{text}</sup> : <>{text}</>;
}

export function Inline({ formula }: { formula: Formula }) {
  return (
    <span class="formula">
      {formula.map((piece, at) => (
        <Set key={at} {...piece} />
      ))}
    </span>
  );
}

/** One below the other. */
export function Formulas({ lines }: { lines: readonly Formula[] }) {
  return (
    <div class="formulas">
      {lines.map((formula, at) => (
        <p key={at}>
          <Inline formula={formula} />
        </p>
      ))}
    </div>
  );
}
