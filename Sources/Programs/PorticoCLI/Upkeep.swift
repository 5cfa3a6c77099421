import AgentRuntime
import AgentUpdate
import Portico

/// Newer versions of this program, for an agent that runs.
struct Upkeep: AgentUpkeep {
    private let plan: UpdatePlan
    private let updater: Updater

    /// nil where the configuration names no place to look at.
    init?(_ plan: UpdatePlan) {
        guard plan.source != nil, let updater = try? Updater(plan.source) else { return nil }
        self.plan = plan
        self.updater = updater
    }

    func look(_ tell: @Sendable (String) -> Void) async {
        guard self.plan.isChecked else { return }
        while !Task.isCancelled {
            // A place that cannot be reached is no reason to trouble anybody whose agent serves.
            if let version = try? await self.updater.newest(of: self.plan.channel) { tell(version) }
            // Ended by the cancellation alone.
            try? await Task.sleep(for: .seconds(86_400))
        }
    }

    func install(_ version: String?) async throws -> Bool {
        var wish = Updater.Wish()
        wish.channel = self.plan.channel
        wish.version = version
        wish.allowsMajor = false
        if case .installed = try await self.updater.install(wish, over: ProgramPath.current) { return true }
        return false
    }
}
