; Coins while they have not fallen far from their height.
(defsymphony "Coins"
  {:asset-class "CRYPTO" :rebalance-threshold 0.1}
  (if (<= (max-drawdown "BITO" {:window 30}) 35.5)
    (weight-specified 0.6 (asset "BITO" "Bitcoin futures") 0.4 (asset "ETHE" "Ether"))
    (asset "BIL")))
