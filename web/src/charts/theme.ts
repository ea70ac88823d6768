// A canvas cannot read CSS variables: a hidden element resolves them, light or dark.
export interface Theme {
  ink: string;
  soft: string;
  line: string;
  accent: string;
  band: string;
  ground: string;
  font: string;
}

export function readTheme(within: HTMLElement): Theme {
  const probe = document.createElement('span');
  probe.hidden = true;
  within.append(probe);
  const resolve = (token: string) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const theme = {
    ink: resolve('--ink'),
    soft: resolve('--ink-soft'),
    line: resolve('--line'),
    accent: resolve('--accent'),
    band: resolve('--accent-band'),
    ground: resolve('--ground'),
    font: `11px ${getComputedStyle(within).fontFamily}`,
  };
  probe.remove();
  return theme;
}
