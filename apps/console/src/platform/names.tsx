import { Text } from '@mantine/core';
import { TextLink } from '../shell/text-link.tsx';
import { titled } from './titled.ts';
import { useLook } from './use-look.ts';

const asked = 200;

/** The name of a tenant: from the first page of tenants, which every view shares, or else asked for by itself. Until it is known, null. */
export function useTenantName(id: string | null): string | null {
  const first = useTenants();
  const known = first.data?.find((tenant) => tenant.id === id)?.name;
  const single = useLook({
    of: ['tenants'],
    key: ['tenant', id],
    enabled: id !== null && first.data !== undefined && known === undefined && first.data.length === asked,
    ask: (etis, signal) => etis.get('/api/v1/tenants/{tenant}', { params: { path: { tenant: id ?? '' } }, signal }),
  });
  return known ?? single.data?.name ?? null;
}

/** The first tenants, for choosing one and for their names. */
export function useTenants() {
  return useLook({
    of: ['tenants', 'placements'],
    key: ['tenants', 'first'],
    ask: async (etis, signal) => {
      const { data } = await etis.get('/api/v1/tenants', { params: { query: { limit: asked } }, signal });
      return { data: data.items };
    },
  });
}

export function useClusters() {
  return useLook({
    of: ['clusters'],
    key: ['clusters'],
    ask: async (etis, signal) => {
      const { data } = await etis.get('/api/v1/clusters', { params: { query: { limit: asked } }, signal });
      return { data: data.items };
    },
  });
}

export function useProducts() {
  return useLook({
    of: ['products'],
    key: ['products'],
    ask: async (etis, signal) => {
      const { data } = await etis.get('/api/v1/products', { params: { query: { limit: asked } }, signal });
      return { data: data.items };
    },
  });
}

/** A tenant by its name, leading to it; the id where it is no longer known. */
export function TenantName({ id }: { readonly id: string | null }) {
  const name = useTenantName(id);
  if (id === null)
    return (
      <Text span size="sm" c="dimmed">
        all tenants
      </Text>
    );
  return (
    <TextLink to="/tenants/$tenant" params={{ tenant: id }}>
      {name ?? id}
    </TextLink>
  );
}

export function ProductName({ id }: { readonly id: string }) {
  const title = useProducts().data?.find((product) => product.id === id)?.title;
  return <>{title ?? titled(id)}</>;
}

/** `arbor-construction/nudge` is said by the names of both. */
export function LaneName({ lane }: { readonly lane: string }) {
  const [tenant = '', product = ''] = lane.split('/');
  return (
    <>
      <TenantName id={tenant} /> · <ProductName id={product} />
    </>
  );
}
