'use client';
import { useState } from 'react';
import Trainer from './Trainer';

export default function Page() {
  const [open, setOpen] = useState(true);
  return (
    <main>
      <h1>Training in Next.js</h1>
      {open && <Trainer />}
      <button id="stop" onClick={() => setOpen(!open)}>
        {open ? 'Stop' : 'Start'}
      </button>
    </main>
  );
}
