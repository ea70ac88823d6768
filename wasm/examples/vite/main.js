import { createModel } from 'unfold-rnn';

const text = 'How much wood would a woodchuck chuck if a woodchuck could chuck wood? '.repeat(80);
const config = { preset: 'gru', units: 32, sequenceLength: 16, batchSize: 8 };

const controller = new AbortController();
const { signal } = controller;
document.querySelector('#stop').addEventListener('click', () => controller.abort());

/** Writes each value into the element of that id. */
const show = (values) => {
  for (const [id, value] of Object.entries(values)) document.getElementById(id).textContent = value;
};

train(signal, show).catch((error) => {
  if (!signal.aborted) show({ error: error.message });
});

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
