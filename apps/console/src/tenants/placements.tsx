import type { Tenant } from '@etis/client';
import { Button, Group, Select, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { ProductName, useClusters, useProducts } from '../platform/names.tsx';
import { titled } from '../platform/titled.ts';
import { useOrder } from '../platform/use-order.ts';
import { Nothing } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';

/** Where a tenant's products run, and the way to place or move one. */
export function Placements({ tenant }: { readonly tenant: Tenant }) {
  const clusters = useClusters().data ?? [];
  const products = useProducts().data ?? [];
  const [product, setProduct] = useState<string | null>(null);
  const [cluster, setCluster] = useState<string | null>(null);
  const place = useOrder({
    run: (etis, to: { product: string; cluster: string }) =>
      etis.put('/api/v1/tenants/{tenant}/placements/{product}', {
        params: { path: { tenant: tenant.id, product: to.product } },
        body: { cluster: to.cluster },
      }),
    changes: ['tenants', 'placements', 'lanes'],
    said: ({ data }) => `${tenant.name} is placed on ${titled(data.cluster)}.`,
    done() {
      setProduct(null);
      setCluster(null);
    },
  });
  return (
    <Stack gap="xs">
      <Title order={2}>Placements</Title>
      {tenant.placements.length === 0 ? (
        <Nothing>This tenant has no product yet. Place it below.</Nothing>
      ) : (
        <DataTable
          label="Placements"
          rows={tenant.placements}
          keyOf={(one) => one.product}
          columns={[
            { title: 'Product', cell: (one) => <ProductName id={one.product} /> },
            { title: 'Cluster', cell: (one) => titled(one.cluster) },
            { title: 'Tier', cell: (one) => clusters.find(({ id }) => id === one.cluster)?.tier ?? '' },
          ]}
        />
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (product !== null && cluster !== null) place.mutate({ product, cluster });
        }}
      >
        <Group align="end" gap="xs">
          <Select
            label="Product"
            placeholder="Choose"
            value={product}
            data={products.map(({ id, title }) => ({ value: id, label: title }))}
            onChange={(value) => {
              setProduct(value);
              setCluster(null);
            }}
          />
          <Select
            label="Cluster"
            placeholder={product === null ? 'Choose a product first' : 'Choose'}
            disabled={product === null}
            value={cluster}
            data={clusters
              .filter((one) => one.product === product)
              .map(({ id, tier }) => ({ value: id, label: `${titled(id)} (${tier})` }))}
            onChange={setCluster}
          />
          <Button type="submit" size="sm" disabled={product === null || cluster === null} loading={place.isPending}>
            Place
          </Button>
        </Group>
      </form>
      <Text size="xs" c="dimmed">
        A tenant that is moved takes its lane along: what is under way is finished first, and nothing is delivered twice.
      </Text>
      {place.error ? <ProblemNote error={place.error} /> : null}
    </Stack>
  );
}
