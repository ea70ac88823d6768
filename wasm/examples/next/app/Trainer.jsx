'use client';
import { useEffect, useState } from 'react';
import { createModel } from 'unfold-rnn';

const text = 'Fuzzy Wuzzy was a bear. Fuzzy Wuzzy had no hair. '.repeat(80);
const config = { preset: 'gru', units: 32, sequenceLength: 16, batchSize: 8 };

export default function Trainer() {
  const [shown, setShown] = useState({});

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const show = (values) => setShown((before) => ({ ...before, ...values }));
    train(signal, show).catch((error) => {
      if (!signal.aborted) show({ error: error.message });
    });
    return () => controller.abort();
  }, []);

  return (
    <>
      <p>
        Step <output>{shown.step}</output>, loss <output id="loss">{shown.loss}</output>, threads{' '}
        <output id="threads">{shown.threads}</output>
      </p>
      <pre id="written">{shown.written}</pre>
      <p role="alert">{shown.error}</p>
    </>
  );
}

/** Trains for a minute, or until the signal fires. `show` gets the loss, and from time to time what the model writes. */
async function train(signal, show) {
  const model = await createModel(config, text, { signal });
  try {
    show({ threads: model.info.runtime.threads });
    let next = 100;
    for await (const { step, loss } of model.train({ seconds: 60, signal })) {
      show({ step, loss: loss.toFixed(3) });
      if (step < next) continue;
      show({ written: await model.sample({ length: 80, signal }) });
      next = step + 100;
    }
  } finally {
    model.dispose(); // ends the worker and frees its memory
  }
}
