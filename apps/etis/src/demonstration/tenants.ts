import type { Tier } from '@etis/contracts/tenancy';

/** A made-up customer of the demonstration, with one project, one person who is told of new documents, and a WhatsApp number that answers. */
export interface DemonstrationTenant {
  readonly id: string;
  readonly name: string;
  readonly tier: Tier;
  readonly project: string;
  readonly projectName: string;
  readonly hub: string;
  readonly region: string;
  readonly recipient: string;
  /** The phone_number_id of the business, and a made-up person who writes to it. */
  readonly whatsapp: { readonly number: string; readonly person: string; readonly personName: string };
}

/** The connections that the three share, as one Autodesk application and one Meta application serve many customers. */
export const demonstrationConnection = 'autodesk';
export const whatsappConnection = 'whatsapp';

export const demonstrationTenants: readonly DemonstrationTenant[] = [
  {
    id: 'arbor-construction',
    name: 'Arbor Construction',
    tier: 'standard',
    project: '6f1d2c58-9a30-4c7e-8b52-3de0a1f4c901',
    projectName: 'riverside-school',
    hub: '0b9e7f34-51ac-4d0f-a6a2-77c4b8e2d101',
    region: 'EMEA',
    recipient: 'documents@arbor-construction.example',
    whatsapp: { number: '106540352240001', person: '491512000001', personName: 'Rosa Lindner' },
  },
  {
    id: 'meridian-rail',
    name: 'Meridian Rail',
    tier: 'advanced',
    project: 'a47c9be1-2f06-4b1d-9d6e-50b8c3e7a902',
    projectName: 'north-tunnel',
    hub: '5c3a1d78-e4b2-4f96-8c05-19d6f0a7e202',
    region: 'EMEA',
    recipient: 'bim@meridian-rail.example',
    whatsapp: { number: '106540352240002', person: '491512000002', personName: 'Tom Hale' },
  },
  {
    id: 'castellan-towers',
    name: 'Castellan Towers',
    tier: 'enterprise',
    project: 'd83b50f2-7c1e-4a95-b0f4-6e29a8d1c903',
    projectName: 'harbour-tower',
    hub: '91e6c2a4-0d7f-4b38-a5c9-c80b3f5d7303',
    region: 'US',
    recipient: 'control@castellan-towers.example',
    whatsapp: { number: '106540352240003', person: '12025550103', personName: 'Ines Duarte' },
  },
];
