import type { DirectiveScope } from '@etis/client';
import { ProductName, TenantName } from '../platform/names.tsx';
import { titled } from '../platform/titled.ts';

/** What a directive is about, by names. */
export function ScopeWords({ scope: { product, cluster, tenant, connection, kind, feature } }: { readonly scope: DirectiveScope }) {
  const parts = [
    tenant === undefined ? null : <TenantName key="tenant" id={tenant} />,
    product === undefined ? null : <ProductName key="product" id={product} />,
    cluster === undefined ? null : `cluster ${titled(cluster)}`,
    connection === undefined ? null : `connection ${connection}`,
    kind === undefined ? null : `${titled(kind)} jobs`,
    feature === undefined ? null : `feature ${feature}`,
  ].filter((part) => part !== null);
  if (parts.length === 0) return <>the whole platform</>;
  return <>{parts.flatMap((part, index) => (index === 0 ? [part] : [', ', part]))}</>;
}
