import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import Trainer from './Trainer.jsx';

function App() {
  const [open, setOpen] = useState(true);
  return (
    <main>
      <h1>Training in React</h1>
      {open && <Trainer />}
      <button id="stop" onClick={() => setOpen(!open)}>
        {open ? 'Stop' : 'Start'}
      </button>
    </main>
  );
}

createRoot(document.querySelector('#app')).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
