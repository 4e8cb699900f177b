import './app/symbol-dispose.ts';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './ui/tokens.css';
import './ui/base.css';
import { mountApp } from './app/mount.ts';
import { connect } from './app/connection.ts';

mountApp(connect());
