import APITypes
import Model

/// From nothing to a service that visitors reach, with the commands of this very edge.
struct SetupPage: DashboardPage {
    static let link = NavigationLink(text: "Setup and install", path: "/setup", group: .start)

    private struct View {
        let isOnline: Bool
        let steps: [Step]
    }

    private struct Step {
        let title: String
        let text: String
        let commands: [String]
        var hasLink = false
        var href = ""
        var link = ""
    }

    func add(to routes: PageRoutes) {
        routes.get("/setup") { (request) throws(Failure) in
            let agents = try await ResourcePage.agents.objects(request).found
            let view = View(isOnline: !agents.isEmpty, steps: Self.steps(request))
            return .page(
                PageView(
                    title: "Setup and install",
                    fact: "Four steps to a service that visitors reach.",
                    topic: .agents,
                    body: request.render("setup", view)
                )
            )
        }
    }

    private static func steps(_ request: PageRequest) -> [Step] {
        let surroundings = request.parts.configuration.surroundings
        var steps = [
            Step(
                title: "Install the agent",
                text: "The program portico is one file. Put it where your service runs.",
                commands: ["install -m 755 portico /usr/local/bin/portico", "portico version"]
            ),
            Step(
                title: "Give it an authtoken",
                text: "With it the agent proves whose it is. One for each device can be revoked alone.",
                commands: ["portico config add-authtoken AUTHTOKEN"],
                hasLink: true,
                href: "/authtokens/new",
                link: "Make an authtoken"
            ),
        ]
        if let file = surroundings.authorityFile {
            steps.append(
                Step(
                    title: "Let it trust this edge",
                    text: "This edge has an authority of its own. Copy its certificate from the machine of the edge.",
                    commands: ["scp EDGE:\(file) ca.pem"]
                )
            )
        }
        steps += [
            Step(
                title: "Serve something",
                text: "The agent prints the URL; what runs at port 80 answers there.",
                commands: [Commands.http(request)]
            ),
            Step(
                title: "Or without the agent",
                text: "OpenSSH's client can do it, where the edge listens for it. Add its public key first.",
                commands: ["ssh -R 443:localhost:80 \(Self.host(surroundings.connectAddress)) http"]
            ),
        ]
        return steps
    }

    private static func host(_ address: String) -> String { String(address.prefix { $0 != ":" }) }
}
