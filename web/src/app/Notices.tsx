import { Icon } from '../controls/Icon';
import { message } from '../i18n/messages';
import { dismiss } from './notices';
import { store, type Notice } from './store';

function Card({ notice }: { notice: Notice }) {
  const { id, kind, title, detail, actions } = notice;
  return (
    <div class={`notice notice-${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <div class="notice-text">
        <strong>{title}</strong>
        {detail && <p>{detail}</p>}
        {actions.length > 0 && (
          <div class="notice-actions">
            {actions.map((action) => (
              <button type="button" class="primary" key={action.label} onClick={() => action.run()}>
                {action.label}
              </button>
            ))}
          </div>
        )}
      </div>
      <button type="button" class="plain" aria-label={message.notice.close} onClick={() => dismiss(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

export function Notices() {
  return (
    <section class="notices" aria-label={message.notice.list}>
      {store.notices.value.map((notice) => (
        <Card key={notice.id} notice={notice} />
      ))}
    </section>
  );
}
