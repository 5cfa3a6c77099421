import Control
import Foundation
import Model
import Telemetry

/// Requests of accounts over the last day, in memory: what the overview draws. It begins with the process.
///
/// Made of what the edge counts for scrapers, so that traffic pays nothing for it. Endpoints that several accounts may
/// have under one name (internal ones) are not in it: their numbers could not be told apart.
actor TrafficHistory {
    /// What came within one step.
    struct Step: Sendable, Equatable {
        var requests = 0
        /// Those that were answered with a status of 500 or more, or not at all.
        var failed = 0
    }

    /// A range of time that is shown, in steps that all have the same length.
    enum Range: String, Sendable, CaseIterable {
        case hour = "1h"
        case day = "24h"

        /// Of a step, in samples.
        var samples: Int { self == .hour ? 4 : 96 }
        var steps: Int { 180 }
        var title: String { self == .hour ? "1 h" : "24 h" }
    }

    static let interval = Duration.seconds(5)
    static let seconds = 5.0
    private static let accountLimit = 2000

    private struct Series {
        var steps: [Step]
        /// How many samples are in the newest.
        var filled = 0

        init(_ range: Range) {
            self.steps = Array(repeating: Step(), count: range.steps)
        }

        mutating func add(_ step: Step, _ range: Range) {
            if self.filled == range.samples {
                self.steps.removeFirst()
                self.steps.append(Step())
                self.filled = 0
            }
            self.steps[self.steps.count - 1].requests += step.requests
            self.steps[self.steps.count - 1].failed += step.failed
            self.filled += 1
        }
    }

    private struct OfAccount {
        var hour = Series(.hour)
        var day = Series(.day)
        /// Of the last sample, by URL.
        var newest: [String: Step] = [:]
    }

    private var accounts: [ResourceID<AccountKind>: OfAccount] = [:]
    private var totals: [String: Step] = [:]
    private(set) var revision = 0

    /// Takes a sample now and then, until its task is cancelled.
    func follow(_ numbers: @escaping @Sendable () async -> [MetricFamily], _ control: Control) async {
        while !Task.isCancelled {
            let owners = await control.ownersOfPublicURLs()
            self.take(Self.totals(await numbers()), owners)
            // Only the end of the task cuts the pause short.
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// Requests of each endpoint so far.
    static func totals(_ families: [MetricFamily]) -> [String: Step] {
        var totals: [String: Step] = [:]
        for family in families where family.name == "portico_requests_total" {
            for sample in family.samples {
                guard let url = sample.labels.first(where: { $0.name == "endpoint" })?.value,
                    let code = sample.labels.first(where: { $0.name == "code" })?.value
                else { continue }
                totals[url, default: Step()].requests += Int(sample.value)
                if code == "none" || (Int(code) ?? 0) >= 500 {
                    totals[url, default: Step()].failed += Int(sample.value)
                }
            }
        }
        return totals
    }

    /// Takes in what was counted so far, of endpoints and whose they are.
    func take(_ totals: [String: Step], _ owners: [String: ResourceID<AccountKind>]) {
        var came: [ResourceID<AccountKind>: [String: Step]] = [:]
        for (url, total) in totals {
            guard let owner = owners[url] else { continue }
            let before = self.totals[url] ?? Step()
            // An endpoint that came back begins to count anew.
            let isNew = total.requests < before.requests || total.failed < before.failed
            let step =
                isNew
                ? total : Step(requests: total.requests - before.requests, failed: total.failed - before.failed)
            came[owner, default: [:]][url] = step
        }
        self.totals = totals
        for account in Set(owners.values) where self.accounts[account] == nil && self.accounts.count < Self.accountLimit
        {
            self.accounts[account] = OfAccount()
        }
        for account in self.accounts.keys {
            let newest = came[account] ?? [:]
            let sum = newest.values.reduce(into: Step()) {
                $0.requests += $1.requests
                $0.failed += $1.failed
            }
            self.accounts[account]?.hour.add(sum, .hour)
            self.accounts[account]?.day.add(sum, .day)
            self.accounts[account]?.newest = newest
        }
        self.revision += 1
    }

    /// The steps of a range, the oldest first.
    func steps(of account: ResourceID<AccountKind>, _ range: Range) -> [Step] {
        let account = self.accounts[account] ?? OfAccount()
        return range == .hour ? account.hour.steps : account.day.steps
    }

    /// What came within the last sample, by URL.
    func newest(of account: ResourceID<AccountKind>) -> [String: Step] { self.accounts[account]?.newest ?? [:] }
}
