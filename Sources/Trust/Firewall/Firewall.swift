package import NIOCore
import NIOConcurrencyHelpers
import NIOPosix

/// Looks at requests and responses with the OWASP core rule set.
///
/// The engine and the rules are loaded when they are first wanted, once for all who share this. Rules run on threads of
/// their own, never on an event loop: on a few, with a queue that has an end.
package final class Firewall: Sendable {
    /// The rules that somebody wants.
    private struct Wish: Hashable {
        let direction: RuleDirection
        /// In order, each once.
        let excluded: [Int]

        init(_ direction: RuleDirection, without excluded: [Int]) {
            self.direction = direction
            self.excluded = Set(excluded).sorted()
        }
    }

    private struct State {
        var ready: [Wish: (rules: RuleSet, lastUse: Int)] = [:]
        var uses = 0
        var failure: (error: FirewallError, until: NIODeadline)?
    }

    /// How many variants of the rules are kept. The rules themselves are shared: a variant has a list of them.
    private static let variants = 256
    /// For so long rules that could not be loaded are not tried again.
    private static let pauseAfterFailure = TimeAmount.seconds(5)

    package let configuration: FirewallConfiguration
    private let state = NIOLockedValueBox(State())
    /// Held while rules are loaded: who wants the same waits for them.
    private let loading = NIOLock()
    private let queue: FirewallQueue

    package init(_ configuration: FirewallConfiguration = FirewallConfiguration()) {
        self.configuration = configuration
        self.queue = FirewallQueue(
            threads: configuration.threads,
            limit: configuration.queue,
            patience: configuration.patience
        )
    }

    /// Loads the rules, where they aren't yet, on the calling thread: a tenth of a second, and files. Not for event loops.
    ///
    /// - Throws: why there are none.
    package func prepare(_ direction: RuleDirection) throws(FirewallError) {
        _ = try self.rules(Wish(direction, without: []))
    }

    /// Has the rules look at an exchange, apart from those that are `excluded`: the ones for responses where it has one.
    ///
    /// - Returns: what they say; fails with a ``FirewallError``. On `loop`.
    package func inspect(
        _ exchange: FirewallExchange,
        without excluded: [Int] = [],
        on loop: any EventLoop
    ) -> EventLoopFuture<FirewallFindings> {
        let wish = Wish(exchange.response == nil ? .requests : .responses, without: excluded)
        return self.queue.run(for: exchange.party, on: loop) { () throws(FirewallError) in
            try self.rules(wish).inspect(exchange)
        }
    }

    /// The same on the calling thread, for those who serve nobody.
    package func findings(
        of exchange: FirewallExchange,
        without excluded: [Int] = []
    ) throws(FirewallError) -> FirewallFindings {
        let direction: RuleDirection = exchange.response == nil ? .requests : .responses
        return try self.rules(Wish(direction, without: excluded)).inspect(exchange)
    }

    package var numbers: FirewallNumbers { self.queue.numbers }

    // MARK: - Rules

    private func rules(_ wish: Wish) throws(FirewallError) -> RuleSet {
        if let ready = try self.ready(wish) { return ready }
        self.loading.lock()
        defer { self.loading.unlock() }
        if let ready = try self.ready(wish) { return ready }
        do throws(FirewallError) {
            let made = try self.load(wish)
            self.keep(made, for: wish)
            return made
        } catch {
            let until = NIODeadline.now() + Self.pauseAfterFailure
            self.state.withLockedValue { $0.failure = (error, until) }
            throw error
        }
    }

    private func load(_ wish: Wish) throws(FirewallError) -> RuleSet {
        guard !wish.excluded.isEmpty else { return try RuleSet(wish.direction, self.configuration) }
        let whole = Wish(wish.direction, without: [])
        if let base = try self.ready(whole) { return try RuleSet(base, without: wish.excluded) }
        let base = try RuleSet(wish.direction, self.configuration)
        self.keep(base, for: whole)
        return try RuleSet(base, without: wish.excluded)
    }

    private func ready(_ wish: Wish) throws(FirewallError) -> RuleSet? {
        let (rules, failure): (RuleSet?, FirewallError?) = self.state.withLockedValue { state in
            if state.ready[wish] != nil {
                state.uses += 1
                state.ready[wish]?.lastUse = state.uses
                return (state.ready[wish]?.rules, nil)
            }
            guard let failure = state.failure, NIODeadline.now() < failure.until else { return (nil, nil) }
            return (nil, failure.error)
        }
        if let failure { throw failure }
        return rules
    }

    private func keep(_ rules: RuleSet, for wish: Wish) {
        self.state.withLockedValue { state in
            state.uses += 1
            state.ready[wish] = (rules, state.uses)
            state.failure = nil
            guard state.ready.count > Self.variants else { return }
            // Who runs on it keeps it until then.
            let oldest = state.ready.filter { !$0.key.excluded.isEmpty }.min { $0.value.lastUse < $1.value.lastUse }
            if let oldest { state.ready[oldest.key] = nil }
        }
    }
}
