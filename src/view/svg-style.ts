/** The colours of a picture, one scheme for light and one for dark surroundings. */
export interface Scheme {
  readonly paper: string;
  readonly ink: string;
  /** For less important parts. */
  readonly dim: string;
  readonly band: string;
  readonly wire: string;
  readonly bad: string;
  /** For networks, in turn: distinguishable with each kind of colour blindness, and with enough contrast. */
  readonly networks: readonly string[];
}

export const light: Scheme = {
  paper: '#ffffff',
  ink: '#1b1f24',
  dim: '#57606a',
  band: '#f3f5f7',
  wire: '#7f8892',
  bad: '#b3261e',
  networks: ['#0691e3', '#7c2f00', '#01795c', '#ae5793', '#8d7208', '#6b4fa3'],
};

export const dark: Scheme = {
  paper: '#14181d',
  ink: '#e8eaed',
  dim: '#a3adb8',
  band: '#1d232a',
  wire: '#6e7781',
  bad: '#ff8a80',
  networks: ['#56b4e9', '#e2935a', '#55edba', '#d193b4', '#e3cf57', '#8688f4'],
};

const rulesOf = ({ paper, ink, dim, band, wire, bad, networks }: Scheme): string =>
  [
    `.paper{fill:${paper}}.ink{fill:${ink}}.dim{fill:${dim}}.band{fill:${band}}.wire{stroke:${wire}}.bad{fill:${bad}}`,
    `.edge{stroke:${paper}}.mark{fill:${paper};stroke:${bad}}.pale{fill:${paper};stroke:${dim}}.onband{stroke:${band}}`,
    ...networks.map((colour, index) => `.f${index}{fill:${colour}}.s${index}{stroke:${colour}}`),
  ].join('');

/** Plain rules, so that programs without support for variables and media queries draw the light picture. */
export const styleText = [
  'text{font:12px ui-sans-serif,system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}',
  '.mono{font:11px ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace}.strong{font-weight:600}.big{font-size:18px;font-weight:600}.small{font-size:11px}',
  '.onband{stroke-width:4;stroke-linejoin:round;paint-order:stroke}',
  rulesOf(light),
  `@media (prefers-color-scheme:dark){${rulesOf(dark)}}`,
].join('');

export const colourOf = (index: number): number => index % light.networks.length;
