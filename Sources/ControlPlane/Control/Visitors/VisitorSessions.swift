internal import Foundation
internal import Logging
package import Model
internal import NIOConcurrencyHelpers
internal import Secrets
internal import Store

/// The sessions of visitors who have logged in where policies wanted it, in the store (`spec/identity.md` 13).
///
/// Edges have what they need of a session in memory, and are told when one ends, whoever has ended it. Of all sessions it
/// is known here whose they are and when they end: those that are over are deleted, and a user has no more than
/// ``maximumPerUser``, the oldest ending first.
package final class VisitorSessions: Sendable {
    private struct Known {
        let user: String
        let expires: Date
    }

    private struct State {
        var sessions: [String: Known] = [:]
        var byUser: [String: Set<String>] = [:]
        var whenEnded: (@Sendable (ResourceID<ApplicationSessionKind>?) -> Void)?
    }

    static let maximumPerUser = 64
    private static let attempts = 5
    private static let sweepInterval = Duration.seconds(600)

    private let store: any RecordStore
    private let keys: SealingKeyring
    private let state = NIOLockedValueBox(State())

    init(store: any RecordStore, keys: SealingKeyring) {
        self.store = store
        self.keys = keys
    }

    /// Calls `body` with each session that ended; with nil where it is not known which have.
    package func onEnd(_ body: @escaping @Sendable (ResourceID<ApplicationSessionKind>?) -> Void) {
        self.state.withLockedValue { $0.whenEnded = body }
    }

    // MARK: - What edges ask

    /// Keeps a session that has begun, and its user.
    package func begin(_ session: VisitorSession) async throws(Failure) {
        let record = ApplicationSessionRecord(session, self.keys)
        for _ in 0..<Self.attempts {
            do throws(StoreError) {
                let user = try await self.userWrite(session.user, of: session.account, at: session.created)
                let write = try RecordWrite.create(record, session.id, owner: session.account)
                try await self.store.commit([user, write] + self.surplus(of: session.user.id.text, session.account))
                return
            } catch {
                switch error {
                case .conflict, .duplicateKey, .notFound: continue
                default: throw Self.failure(error)
                }
            }
        }
        throw Failure(.apiStoreAway, "The user is written all the time.")
    }

    /// The session as it is kept; nil where there is none, or its state does not open.
    package func session(
        _ id: ResourceID<ApplicationSessionKind>,
        of account: ResourceID<AccountKind>
    ) async throws(Failure) -> VisitorSession? {
        do throws(StoreError) {
            let stored = try await self.store.get(id, as: ApplicationSessionRecord.self, in: .account(account))
            guard let user = ResourceID<ApplicationUserKind>(stored.document.user) else { return nil }
            let known = try await self.store.get(user, as: ApplicationUserRecord.self, in: .account(account))
            return VisitorSession(stored, of: known, in: account, self.keys)
        } catch .notFound {
            return nil
        } catch {
            throw Self.failure(error)
        }
    }

    /// Keeps what has changed of a session and its user; one that has ended stays so.
    package func update(_ session: VisitorSession) async throws(Failure) {
        for _ in 0..<Self.attempts {
            do throws(StoreError) {
                var stored = try await self.store.get(
                    session.id,
                    as: ApplicationSessionRecord.self,
                    in: .account(session.account)
                )
                stored.document.lastActive = max(stored.document.lastActive, session.lastActive)
                stored.document.expires = session.expires
                stored.document.seal(session.state, of: session.id, self.keys)
                var user = try await self.store.get(
                    session.user.id,
                    as: ApplicationUserRecord.self,
                    in: .account(session.account)
                )
                user.document.take(session.user)
                user.document.lastActive = max(user.document.lastActive, session.lastActive)
                try await self.store.commit([.update(stored), .update(user)])
                return
            } catch .conflict {
                continue
            } catch .notFound {
                return
            } catch {
                throw Self.failure(error)
            }
        }
    }

    /// Ends a session.
    package func end(
        _ id: ResourceID<ApplicationSessionKind>,
        of account: ResourceID<AccountKind>
    ) async throws(Failure) {
        do throws(StoreError) {
            try await self.store.commit([
                .delete(ApplicationSessionRecord.recordKind, id: id.text, in: .account(account), revision: nil)
            ])
        } catch .notFound {
            return
        } catch {
            throw Self.failure(error)
        }
    }

    private func userWrite(
        _ user: VisitorSession.User,
        of account: ResourceID<AccountKind>,
        at now: Date
    ) async throws(StoreError) -> RecordWrite {
        do throws(StoreError) {
            var stored = try await self.store.get(user.id, as: ApplicationUserRecord.self, in: .account(account))
            stored.document.take(user)
            stored.document.lastActive = now
            stored.document.lastLogin = now
            return try .update(stored)
        } catch .notFound {
            let record = ApplicationUserRecord(
                account: account,
                providerName: user.providerName,
                providerURL: user.providerURL,
                subject: user.subject,
                username: user.username,
                email: user.email,
                name: user.name,
                at: now
            )
            return try .create(record, user.id, owner: account)
        }
    }

    /// What ends so that the user may have one session more.
    private func surplus(of user: String, _ account: ResourceID<AccountKind>) -> [RecordWrite] {
        let sessions = self.state.withLockedValue { $0.byUser[user] ?? [] }
        guard sessions.count >= Self.maximumPerUser else { return [] }
        // Identifiers sort by the time that they were made at.
        return sessions.sorted().prefix(sessions.count - Self.maximumPerUser + 1).map {
            .delete(ApplicationSessionRecord.recordKind, id: $0, in: .account(account), revision: nil)
        }
    }

    private static func failure(_ error: StoreError) -> Failure {
        Failure(.apiStoreAway, "The sessions of visitors cannot be read or written.", detail: "\(error)", cause: error)
    }

    // MARK: - Following the store

    /// Takes a change in; those of other kinds are none of its business.
    func consider(_ change: RecordChange) {
        guard change.kind == ApplicationSessionRecord.recordKind else { return }
        let session = change.record.flatMap { try? Stored<ApplicationSessionRecord>($0) }?.document
        let whenEnded = self.state.withLockedValue { state in
            if let old = state.sessions.removeValue(forKey: change.id) {
                state.byUser[old.user]?.remove(change.id)
                if state.byUser[old.user]?.isEmpty ?? false { state.byUser[old.user] = nil }
            }
            if let session {
                state.sessions[change.id] = Known(user: session.user, expires: session.expires)
                state.byUser[session.user, default: []].insert(change.id)
            }
            return session == nil ? state.whenEnded : nil
        }
        if let whenEnded, let id = ResourceID<ApplicationSessionKind>(change.id) { whenEnded(id) }
    }

    /// Forgets all, because what was deleted meanwhile is not told any more.
    func forget() {
        let whenEnded = self.state.withLockedValue { state in
            state.sessions = [:]
            state.byUser = [:]
            return state.whenEnded
        }
        whenEnded?(nil)
    }

    /// Deletes what is over, now and then, until its task is cancelled.
    func sweep(_ clock: any Clock<Duration>, now: @Sendable () -> Date) async {
        while !Task.isCancelled {
            // Only the end of the task cuts the pause short.
            try? await clock.sleep(for: Self.sweepInterval)
            await self.sweep(at: now())
        }
    }

    func sweep(at now: Date) async {
        let over = self.state.withLockedValue { state in
            state.sessions.filter { $0.value.expires <= now }.map(\.key)
        }
        for id in over {
            guard !Task.isCancelled, let id = ResourceID<ApplicationSessionKind>(id),
                let stored = try? await self.store.get(id, as: ApplicationSessionRecord.self, in: .platform),
                stored.document.expires <= now
            else { continue }
            // One that was used at this moment stays; the next time it is looked at again.
            _ = try? await self.store.commit([.delete(stored)])
        }
    }
}
