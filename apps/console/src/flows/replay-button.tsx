import { once, useOrder } from '../platform/use-order.ts';
import { ReasonButton } from '../shell/reason-button.tsx';

/** Gives the events of a flow to their products once more, as new events; what follows from them is done again too. */
export function ReplayButton({ flow }: { readonly flow: string }) {
  const replay = useOrder({
    run: (etis, reason: string) => etis.post('/api/v1/replays', { params: { header: once() }, body: { selection: { flow }, reason } }),
    changes: ['events', 'lanes', 'replays'],
    said: () => 'The events of this flow are given to their products once more. They show up below.',
  });
  return (
    <ReasonButton
      label="Replay"
      title="Give it to its products once more; mails and messages are sent again"
      act={(reason) => replay.mutateAsync(reason)}
    />
  );
}
