import '../../../renderer/app/symbol-dispose.ts';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import '../../../renderer/ui/tokens.css';
import '../../../renderer/ui/base.css';
import { mountApp } from '../../../renderer/app/mount.ts';
import { scenario } from './scenarios.ts';
import { StandInConnection } from './stand-in-connection.ts';

// The window on invented data, for looking at its states: ?scenario=homelab#/fleet
mountApp(new StandInConnection(scenario(new URLSearchParams(location.search).get('scenario') ?? 'homelab')));
