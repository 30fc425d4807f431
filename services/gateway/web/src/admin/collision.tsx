import type { JSX } from 'preact';
import type { App } from '../api-types.js';
import { compareApps } from '../changes.js';

export interface Collision {
  mine: App;
  theirs: App;
  etag: string;
}

interface CollisionProps {
  collision: Collision;
  takeTheirs: () => void;
  keepMine: () => void;
}

/** Shows what somebody else saved meanwhile, and lets the person choose. */
export function CollisionNotice({ collision, takeTheirs, keepMine }: CollisionProps): JSX.Element {
  const changes = compareApps(collision.mine, collision.theirs);
  return (
    <div class="notice warn" role="alert">
      <h2>Somebody else saved this app meanwhile</h2>
      {changes.length === 0 ? (
        <p>Their version says the same as yours.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Yours</th>
              <th scope="col">Theirs</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={change.field}>
                <th scope="row">{change.field}</th>
                <td>{change.from}</td>
                <td>{change.to}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div class="actions">
        <button type="button" class="button" onClick={takeTheirs}>
          Load theirs
        </button>
        <button type="button" class="button" onClick={keepMine}>
          Save mine over it
        </button>
      </div>
    </div>
  );
}
