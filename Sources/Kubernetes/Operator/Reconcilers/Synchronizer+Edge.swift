import Addressing
import KubernetesClient
import Model
import Portico

extension Synchronizer {
    /// Something that the edge did not do, and for whom it was.
    struct Problem {
        let owners: [OwnerID]
        let message: String
        /// Whether something that nobody asks for any more may still be at the edge.
        var leavesSomething = false
    }

    /// Makes the edge serve `endpoints`. What is new is there before what it replaces goes: a URL that changes from the
    /// agent's to the cloud's, or back, is served by both for a moment.
    func apply(_ endpoints: [DesiredEndpoint], isLeading: Bool) async -> [Problem] {
        var wishes: [AgentWish: [OwnerID]] = [:]
        var problems: [Problem] = []
        for endpoint in endpoints {
            do throws(PorticoError) {
                for wish in try endpoint.agentWishes() { wishes[wish] = endpoint.owners }
            } catch {
                problems.append(Problem(owners: endpoint.owners, message: "\(endpoint.url): \(error)"))
            }
        }
        let wished = Set(wishes.keys)
        let leading = isLeading ? self.parts : nil
        problems += await self.applyNames(endpoints, leading?.names)
        await leading?.cloud?.share(Set(wished.map(\.url)))
        let refused = await self.parts.agent.open(wished)
        problems += refused.map { wish, error in
            // Without a session nothing is anybody's fault.
            let isSession = [.disconnected, .unreachable, .untrusted, .sessionRefused].contains(error.kind)
            return Problem(owners: isSession ? [] : wishes[wish] ?? [], message: "\(wish.url): \(error)")
        }
        var kept = Set(refused.keys.map(\.url))
        if isLeading {
            let (found, unmade) = await self.applyCloud(endpoints.filter(\.isCloud), keeping: kept)
            problems += found
            kept.formUnion(unmade)
        }
        await self.parts.agent.close(allBut: wished, keeping: kept)
        return problems
    }

    /// Reserves the names of endpoints, and gives them their certificates.
    private func applyNames(_ endpoints: [DesiredEndpoint], _ names: EdgeNames?) async -> [Problem] {
        guard let names else { return [] }
        let result = await names.apply(endpoints)
        // What was reserved stands in statuses.
        if result.hasChanged { self.parts.signal.send() }
        return result.failures.map { host, error in
            let owners = endpoints.filter { $0.url.host.description == host }.flatMap(\.owners)
            return Problem(owners: owners, message: "\(host ?? "reserved domains"): \(error)")
        }
    }

    /// Makes the cloud endpoints and deletes the others of ours, but for those at `kept`.
    ///
    /// - Returns: also the URLs that were to be made and are not.
    private func applyCloud(_ endpoints: [DesiredEndpoint], keeping kept: Set<String>) async -> ([Problem], Set<String>)
    {
        let urls = Set(endpoints.map(\.url.description))
        guard let cloud = self.parts.cloud else {
            let problems = endpoints.map {
                let words = "\($0.url) needs a cloud endpoint, and the operator has no API key to make it with"
                return Problem(owners: $0.owners, message: words)
            }
            return (problems, urls)
        }
        let unmade = await cloud.put(endpoints, sharing: await self.parts.agent.urls)
        let left = unmade[nil] == nil ? await cloud.remove(allBut: endpoints, keeping: kept) : [:]
        let problems =
            unmade.map { url, error in
                let owners = endpoints.first { $0.url.description == url }?.owners ?? []
                return Problem(
                    owners: owners,
                    message: "\(url ?? "cloud endpoints"): \(error)",
                    leavesSomething: url == nil
                )
            }
            + left.map { url, error in
                Problem(owners: [], message: "\(url ?? "cloud endpoints"): \(error)", leavesSomething: true)
            }
        return (problems, unmade[nil] == nil ? Set(unmade.keys.compactMap { $0 }) : urls)
    }
}
