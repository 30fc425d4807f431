import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/controls.css';
import '../styles/layout.css';
import '../styles/apps.css';
import '../styles/session.css';
import { render } from 'preact';
import { findAccount } from './account.js';
import { loadBranding } from './branding.js';
import { startClock } from './clock.js';
import { guardFocus } from './focus-guard.js';
import { startRouter } from './router.js';
import { Shell } from './shell.js';
import { startTheme } from './theme.js';

const page = document.getElementById('page');
if (!page) throw new Error('index.html has no element with the id "page".');

startTheme();
startRouter();
startClock();
guardFocus(page);
void loadBranding();
void findAccount();
render(<Shell />, page);
