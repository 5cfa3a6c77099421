/// What a `User-Agent` says of who sent it (`spec/expressions.md` 4.8). What can't be told is empty or false.
///
/// It is what the sender says: fit for choosing a layout, not for trusting anybody.
struct UserAgent: Equatable {
    /// `Chrome`, `Firefox`, `Safari`, `Edge`, `Opera`, `Googlebot`, `curl` ...; the first product where none is known.
    private(set) var name = ""
    private(set) var version = ""
    /// `Windows`, `macOS`, `Linux`, `Android`, `iOS`, `ChromeOS`.
    private(set) var os = ""
    private(set) var osVersion = ""
    /// `iPhone`, `iPad`, or the model that an Android device names.
    private(set) var device = ""
    /// Where a robot says that it explains itself.
    private(set) var url = ""
    private(set) var isMobile = false
    private(set) var isTablet = false
    private(set) var isDesktop = false
    private(set) var isBot = false

    /// Longer ones are cut: no honest one is.
    private static let maximumBytes = 2048

    init(_ field: String) {
        let products = UserAgentProducts(Substring(field.utf8.prefix(Self.maximumBytes)))
        self.readSystem(products)
        self.readName(products)
        self.readURL(products)
    }

    // MARK: The system

    private mutating func readSystem(_ products: UserAgentProducts) {
        for comment in products.comments
        where self.readApple(comment) || self.readAndroid(comment, products) || self.readDesktop(comment) {
            return
        }
    }

    private mutating func readApple(_ comment: [Substring]) -> Bool {
        guard let device = ["iPhone", "iPad", "iPod"].first(where: { device in comment.contains { $0 == device } })
        else { return false }
        self.os = "iOS"
        self.device = device
        self.isTablet = device == "iPad"
        self.isMobile = !self.isTablet
        for part in comment {
            let words = part.split(separator: " ")
            if let system = words.firstIndex(of: "OS"), system + 1 < words.count {
                self.osVersion = String(words[system + 1]).replacing("_", with: ".")
            }
        }
        return true
    }

    private mutating func readAndroid(_ comment: [Substring], _ products: UserAgentProducts) -> Bool {
        guard let at = comment.firstIndex(where: { $0.hasPrefix("Android") }) else { return false }
        self.os = "Android"
        self.osVersion = String(comment[at].dropFirst("Android ".count))
        self.isMobile = products.contains("Mobile") || comment.contains("Mobile")
        self.isTablet = !self.isMobile
        if at + 1 < comment.count {
            // `model Build/number`; Firefox names the form and its engine instead.
            let model = comment[at + 1].split(separator: " Build/").first.map(String.init) ?? ""
            self.device = ["Mobile", "Tablet"].contains(model) || model.hasPrefix("rv:") ? "" : model
        }
        return true
    }

    private mutating func readDesktop(_ comment: [Substring]) -> Bool {
        for part in comment {
            if part.hasPrefix("Windows NT ") {
                (self.os, self.osVersion) = ("Windows", String(part.dropFirst("Windows NT ".count)))
            } else if part.hasPrefix("Windows") {
                self.os = "Windows"
            } else if let version = part.split(separator: "Mac OS X", omittingEmptySubsequences: false).dropFirst()
                .first
            {
                (self.os, self.osVersion) = ("macOS", String(version).replacing("_", with: ".").filter { $0 != " " })
            } else if part.hasPrefix("CrOS ") {
                let words = part.split(separator: " ")
                (self.os, self.osVersion) = ("ChromeOS", words.count > 2 ? String(words[2]) : "")
            } else if part.hasPrefix("Linux") || part == "X11" {
                if self.os.isEmpty { self.os = "Linux" }
                continue
            } else {
                continue
            }
            self.isDesktop = true
            return true
        }
        self.isDesktop = self.os == "Linux"
        return self.isDesktop
    }

    // MARK: The name

    /// Products by which a browser is known, the telling ones first: Chrome says Safari too, and Edge says both.
    private static let browsers: [(product: String, name: String)] = [
        ("Edg", "Edge"), ("Edge", "Edge"), ("EdgA", "Edge"), ("EdgiOS", "Edge"), ("OPR", "Opera"), ("OPiOS", "Opera"),
        ("OPT", "Opera"), ("Opera", "Opera"), ("Vivaldi", "Vivaldi"), ("SamsungBrowser", "Samsung Browser"),
        ("YaBrowser", "Yandex Browser"), ("HeadlessChrome", "Headless Chrome"), ("CriOS", "Chrome"),
        ("Chrome", "Chrome"), ("Chromium", "Chromium"), ("FxiOS", "Firefox"), ("Firefox", "Firefox"),
    ]

    /// Words by which a robot is known, in any case.
    private static let robotWords = ["bot", "crawl", "spider", "slurp", "facebookexternalhit", "headless"]

    private mutating func readName(_ products: UserAgentProducts) {
        if let robot = products.firstNamed(containing: Self.robotWords) {
            (self.name, self.version, self.isBot) = (robot.name, robot.version, true)
        } else if let browser = Self.browsers.first(where: { products.contains($0.product) }) {
            self.name = browser.name
            self.version = products.version(of: browser.product)
        } else if products.contains("Safari") {
            self.name = products.contains("Android") ? "Android Browser" : "Safari"
            self.version = products.version(of: "Version")
        } else if let version = products.internetExplorerVersion {
            (self.name, self.version) = ("Internet Explorer", version)
        } else if let first = products.products.first {
            (self.name, self.version) = (first.name, first.version)
        }
    }

    private mutating func readURL(_ products: UserAgentProducts) {
        for part in products.comments.joined() {
            let text = part.hasPrefix("+") ? part.dropFirst() : part
            if text.hasPrefix("http://") || text.hasPrefix("https://") {
                self.url = String(text)
                return
            }
        }
    }
}
