/** Every view by where it belongs; the order is the one in the frame. */
export const navigation = [
  {
    group: 'Observe',
    views: [
      { to: '/', title: 'Overview' },
      { to: '/map', title: 'System map' },
      { to: '/flows', title: 'Flows' },
    ],
  },
  {
    group: 'Operate',
    views: [
      { to: '/directives', title: 'Kill switch' },
      { to: '/dead-letters', title: 'Dead letters' },
      { to: '/unmatched', title: 'Unmatched' },
      { to: '/jobs', title: 'Jobs' },
      { to: '/sent', title: 'Sent log' },
    ],
  },
  {
    group: 'Set up',
    views: [
      { to: '/tenants', title: 'Tenants' },
      { to: '/connections', title: 'Connections' },
      { to: '/configuration', title: 'Flags and parameters' },
    ],
  },
  {
    group: 'Govern',
    views: [
      { to: '/fleet', title: 'Fleet' },
      { to: '/audit', title: 'Audit' },
      { to: '/evolution', title: 'Evolution' },
    ],
  },
] as const;
