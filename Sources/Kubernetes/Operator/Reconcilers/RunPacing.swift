/// Decides when to look at everything again: soon behind the last change, so that those which come together are one run,
/// and at most a second behind the first. Reads no clock.
struct RunPacing: Equatable {
    /// Without a change for so long, a run begins.
    static let calm = Duration.milliseconds(100)
    /// It begins however much changes.
    static let patience = Duration.seconds(1)

    private var first: Duration?
    private var last = Duration.zero

    /// When a run is to begin; nil for not until something changes.
    var due: Duration? { self.first.map { min($0 + Self.patience, self.last + Self.calm) } }

    mutating func changed(at now: Duration) {
        self.first = self.first ?? now
        self.last = now
    }

    /// A run begins, and sees all that changed before.
    mutating func began() { self.first = nil }
}
