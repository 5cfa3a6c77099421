import Addressing
package import EdgeLink
package import Model
import PolicyEngine

/// The policies of the endpoints that an edge serves, ready to run.
///
/// A document that several endpoints have is compiled once, unless something in it counts for each of them. Many are
/// compiled on as many threads as there are. A value: ``jobs(for:)``, then ``compile(_:)``, then ``put(_:)``.
package struct PolicyShelf: Sendable {
    /// A document, and the endpoints that get what is made of it.
    package struct Job: Sendable {
        fileprivate let policy: EndpointPolicy
        fileprivate let endpoints: [RoutedEndpoint]
        /// Whose counts go on.
        fileprivate let previous: PolicyProgram?
        /// nil where the program is for one endpoint alone.
        fileprivate let key: Key?
    }

    /// A job that is done: the program, or why there is none.
    package struct Made: Sendable {
        fileprivate let job: Job
        fileprivate let result: Result<PolicyProgram, Failure>
    }

    /// What is read differently is another document.
    fileprivate struct Key: Hashable {
        let text: String
        let scheme: EndpointScheme
    }

    private struct Shared {
        let program: PolicyProgram
        var users: Int
    }

    /// Fewer are compiled where they are wanted: to hand them out costs more.
    private static let jobsPerTask = 16

    package private(set) var gates: EndpointGates = [:]
    private var shared: [Key: Shared] = [:]
    /// What each endpoint has of ``shared``.
    private var keys: [ResourceID<EndpointKind>: Key] = [:]

    package init() {}

    /// How many programs there are for several endpoints each.
    var sharedCount: Int { self.shared.count }

    /// Takes away the policies of endpoints that have none any more, and those that are as they were to where their
    /// endpoints are now.
    ///
    /// - Returns: what must be compiled for the others. Until it is, they have the policy that they had.
    package mutating func jobs(for endpoints: [RoutedEndpoint]) -> [Job] {
        var alone: [Job] = []
        var together: [Key: (policy: EndpointPolicy, endpoints: [RoutedEndpoint])] = [:]
        for endpoint in endpoints {
            guard let policy = endpoint.policy else {
                self.remove(endpoint.id)
                continue
            }
            let before = self.gates[endpoint.id]
            if let before, before.text == policy.text {
                self.gates[endpoint.id] = before.at(endpoint)
                continue
            }
            guard !policy.policy.countsForItsEndpoint else {
                alone.append(Job(policy: policy, endpoints: [endpoint], previous: before?.program, key: nil))
                continue
            }
            let key = Key(text: policy.text, scheme: endpoint.url.scheme)
            if let known = self.shared[key] {
                self.set(known.program, key, for: endpoint, policy.text)
            } else {
                together[key, default: (policy, [])].endpoints.append(endpoint)
            }
        }
        return alone
            + together.map { Job(policy: $1.policy, endpoints: $1.endpoints, previous: nil, key: $0) }
    }

    /// Compiles, away from whoever waits for it.
    @concurrent package static func compile(_ jobs: [Job]) async -> [Made] {
        guard jobs.count > Self.jobsPerTask else { return jobs.map(Self.compile) }
        return await withTaskGroup(of: [Made].self) { group in
            for start in stride(from: 0, to: jobs.count, by: Self.jobsPerTask) {
                let part = jobs[start..<min(start + Self.jobsPerTask, jobs.count)]
                group.addTask { part.map(Self.compile) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    private static func compile(_ job: Job) -> Made {
        do throws(Failure) {
            return Made(job: job, result: .success(try EndpointGate.program(of: job.policy, after: job.previous)))
        } catch {
            return Made(job: job, result: .failure(error))
        }
    }

    /// Makes what was compiled the policies of its endpoints.
    ///
    /// - Returns: the endpoints whose policy cannot run, which have none then.
    package mutating func put(_ made: [Made]) -> [(endpoint: RoutedEndpoint, failure: Failure)] {
        var failed: [(endpoint: RoutedEndpoint, failure: Failure)] = []
        for one in made {
            for endpoint in one.job.endpoints {
                switch one.result {
                case .success(let program): self.set(program, one.job.key, for: endpoint, one.job.policy.text)
                case .failure(let failure):
                    self.remove(endpoint.id)
                    failed.append((endpoint, failure))
                }
            }
        }
        return failed
    }

    package mutating func remove(_ id: ResourceID<EndpointKind>) {
        self.gates[id] = nil
        self.release(id)
    }

    private mutating func set(_ program: PolicyProgram, _ key: Key?, for endpoint: RoutedEndpoint, _ text: String) {
        self.release(endpoint.id)
        self.gates[endpoint.id] = EndpointGate(text: text, program: program, endpoint)
        guard let key else { return }
        self.keys[endpoint.id] = key
        self.shared[key, default: Shared(program: program, users: 0)].users += 1
    }

    /// The endpoint uses no program that it shares with others any more.
    private mutating func release(_ id: ResourceID<EndpointKind>) {
        guard let key = self.keys.removeValue(forKey: id), var shared = self.shared[key] else { return }
        shared.users -= 1
        self.shared[key] = shared.users > 0 ? shared : nil
    }
}
