import Addressing
import Control
import EdgeLink
import Foundation
import Model
import PolicyEngine
import TrafficPolicy

extension EdgeProgramConfiguration {
    /// The endpoints that need no agent, with their policies read and checked.
    ///
    /// - Throws: where a policy cannot be read or is wrong, with the file, lines and columns.
    func staticUpstreams(under control: Control.Configuration) async throws(Failure) -> [Control.StaticUpstream] {
        var endpoints: [Control.StaticUpstream] = []
        for upstream in self.upstreams {
            let text = try upstream.policyFile.map { path throws(Failure) in try Self.policyText(path) }
            for scheme in upstream.scheme.schemes {
                let port = scheme == .http ? control.httpPorts[0] : control.tlsPorts[0]
                for host in upstream.hosts {
                    let url = EndpointURL(scheme: scheme, host: host, port: port)
                    let endpoint = Control.StaticUpstream(
                        url: url,
                        host: upstream.address.host.description,
                        port: upstream.address.port,
                        policy: try await Self.policy(text, from: upstream.policyFile, for: url, under: control)
                    )
                    endpoints.append(endpoint)
                }
            }
        }
        return endpoints
    }

    private static func policyText(_ path: String) throws(Failure) -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw Failure(
                .configurationInvalid,
                "The traffic policy \(path) of an upstream cannot be read.",
                detail: "\(error)",
                cause: error
            )
        }
    }

    private static func policy(
        _ text: String?,
        from path: String?,
        for url: EndpointURL,
        under control: Control.Configuration
    ) async throws(Failure) -> EndpointPolicy? {
        guard let text, let path else { return nil }
        do throws(Failure) {
            guard let policy = try await control.policy(text, for: url) else { return nil }
            try Self.compile(policy)
            return policy
        } catch {
            let problems = error.message.split(separator: "\n").joined(separator: "; ")
            throw Failure(
                error.code,
                "The traffic policy \(path) of the upstream \(url) is wrong: \(problems)",
                cause: error
            )
        }
    }

    /// What is written rightly may still be more than can be run: a regular expression that is too large, say.
    private static func compile(_ policy: EndpointPolicy) throws(Failure) {
        do throws(PolicyErrors) {
            _ = try PolicyProgram(policy.policy)
        } catch {
            throw error.failure
        }
    }
}
