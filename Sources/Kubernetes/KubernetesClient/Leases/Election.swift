import Foundation

/// Decides about one lease. It believes no clock but its own: a lease counts as abandoned when *we* have seen it
/// unchanged for its whole duration.
struct Election: Equatable {
    struct Times: Equatable, Sendable {
        /// For how long a lease that is not renewed keeps others away.
        var lease = Duration.seconds(15)
        /// For how long the leader may fail to renew it before it stops to lead.
        var renew = Duration.seconds(10)
        /// Between two looks.
        var retry = Duration.seconds(2)
    }

    enum Action: Equatable {
        case create(LeaseRecord.Spec)
        case replace(LeaseRecord.Spec)
        /// It is another's.
        case follow
    }

    let identity: String
    let times: Times
    /// What was seen last, and when it was seen first.
    private var seen: (spec: LeaseRecord.Spec, at: Duration)?
    /// When the lease was ours last, without doubt.
    private var renewed: Duration?

    init(identity: String, times: Times) {
        self.identity = identity
        self.times = times
    }

    /// Whether we lead at `now`. It ends by itself.
    func isLeading(at now: Duration) -> Bool {
        self.renewed.map { now - $0 < self.times.renew } ?? false
    }

    /// What is to be written.
    ///
    /// - Parameters:
    ///   - lease: as it is in the cluster; nil where there is none.
    ///   - now: by a clock that only goes forward.
    ///   - date: what is written down for people.
    /// - Returns: what, of which `wrote` or `lost` tells how it went.
    mutating func look(at lease: LeaseRecord.Spec?, now: Duration, date: Date) -> Action {
        let time = LeaseRecord.time(date)
        var ours = LeaseRecord.Spec(
            holderIdentity: self.identity,
            leaseDurationSeconds: Int(self.times.lease.components.seconds),
            acquireTime: time,
            renewTime: time,
            leaseTransitions: 0
        )
        guard let lease else { return .create(ours) }
        if self.seen?.spec != lease { self.seen = (lease, now) }
        if lease.holderIdentity == self.identity {
            ours.acquireTime = lease.acquireTime ?? time
            ours.leaseTransitions = lease.leaseTransitions ?? 0
            return .replace(ours)
        }
        ours.leaseTransitions = (lease.leaseTransitions ?? 0) + 1
        let duration = Duration.seconds(min(max(lease.leaseDurationSeconds ?? 15, 1), 3600))
        let unchanged = now - (self.seen?.at ?? now)
        guard (lease.holderIdentity ?? "").isEmpty || unchanged >= duration else {
            self.renewed = nil
            return .follow
        }
        return .replace(ours)
    }

    /// What `look` asked for was written. `asked`: when that began; the lease is ours from there on.
    mutating func wrote(asked: Duration) { self.renewed = asked }

    /// Another was quicker, or it is given back.
    mutating func lost() { self.renewed = nil }

    static func == (left: Election, right: Election) -> Bool {
        left.identity == right.identity && left.times == right.times && left.renewed == right.renewed
            && left.seen?.spec == right.seen?.spec && left.seen?.at == right.seen?.at
    }
}
