import { createRoot } from 'react-dom/client';
import { setupSchema } from '../setup.js';
import { App } from './app.js';
import { prepareEditor } from './editor.js';
import './style.css';

const root = document.getElementById('root');
const setup = document.getElementById('setup')?.textContent;
if (!root || !setup) throw new Error('The page lacks its root or its setup.');

prepareEditor();
createRoot(root).render(<App setup={setupSchema.parse(JSON.parse(setup))} />);
