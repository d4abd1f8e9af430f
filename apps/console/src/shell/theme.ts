import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const cobalt: MantineColorsTuple = [
  '#eaf1ff',
  '#d3e0fb',
  '#a5bff2',
  '#749ce9',
  '#4b7ee1',
  '#336bdd',
  '#2561dc',
  '#1751c4',
  '#0e48b0',
  '#003e9c',
];

/** One look for all views: dense, calm, and of the system's own typefaces, so that nothing has to be loaded. */
export const theme = createTheme({
  colors: { cobalt },
  primaryColor: 'cobalt',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '16px' }, h3: { fontSize: '14px' } } },
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm' } },
    Textarea: { defaultProps: { size: 'sm' } },
    Modal: { defaultProps: { size: 'lg', closeButtonProps: { 'aria-label': 'Close' } } },
  },
});

/** Text on a tint of its own colour, dark enough where Mantine's is not. */
const onTint = {
  green: '#1c5e2b',
  yellow: '#744500',
  orange: '#8f3409',
  teal: '#055a41',
  cyan: '#0a5161',
  lime: '#3d5c10',
  red: '#9c1c1c',
  gray: '#414850',
} as const;

/** What is said quietly, or in a colour, has to be readable all the same: at least 4.5 to 1 on every background. */
export const colours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#545b62',
    '--mantine-color-placeholder': '#6a7178',
    ...Object.fromEntries(Object.entries(onTint).map(([name, colour]) => [`--mantine-color-${name}-light-color`, colour])),
  },
  dark: {
    '--mantine-color-dimmed': '#a6a7ab',
    '--mantine-color-placeholder': '#909296',
    '--mantine-color-anchor': 'var(--mantine-color-cobalt-3)',
  },
});
