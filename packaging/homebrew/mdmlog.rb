class Mdmlog < Formula
  desc "Says why Cisco ISE does not reach its MDM server, out of logs and captures"
  homepage "@REPOSITORY@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@DOWNLOADS@/mdmlog-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256:mdmlog-VERSION-aarch64-apple-darwin.tar.gz@"
    end
    on_intel do
      url "@DOWNLOADS@/mdmlog-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256:mdmlog-VERSION-x86_64-apple-darwin.tar.gz@"
    end
  end

  on_linux do
    on_intel do
      url "@DOWNLOADS@/mdmlog-@VERSION@-x86_64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256:mdmlog-VERSION-x86_64-unknown-linux-musl.tar.gz@"
    end
  end

  def install
    bin.install "mdmlog"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/mdmlog.bash" => "mdmlog"
    zsh_completion.install "completions/_mdmlog"
    fish_completion.install "completions/mdmlog.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/mdmlog --version")
    assert_match "SYN", shell_output("#{bin}/mdmlog explain syn_timeout")
  end
end
