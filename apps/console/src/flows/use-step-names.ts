import { useProducts, useTenants } from '../platform/names.tsx';
import { titled } from '../platform/titled.ts';
import type { StepNames } from './step-words.ts';

export function useStepNames(): StepNames {
  const tenants = useTenants().data ?? [];
  const products = useProducts().data ?? [];
  return {
    tenant: (id) => tenants.find((tenant) => tenant.id === id)?.name ?? id,
    product: (id) => products.find((product) => product.id === id)?.title ?? titled(id),
    cluster: titled,
  };
}
